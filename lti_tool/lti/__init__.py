"""The protocol edge: LTI 1.3 messages in, LTI Advantage calls out."""
