"""The practice LMS: an LTI 1.3 platform for the demo and the tests, never for production."""
