"""Environment -> Settings -> application, for any WSGI server."""

from lti_tool.serving import make_application

application = make_application()
