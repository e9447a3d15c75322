"""The service scopes that the practice LMS grants."""

SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESULT_READ = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
LINE_ITEM_READ = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
MEMBERSHIP_READ = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"

AGS_SCOPES = (LINE_ITEM_READ, RESULT_READ, SCORE)
GRANTED = (*AGS_SCOPES, MEMBERSHIP_READ)
