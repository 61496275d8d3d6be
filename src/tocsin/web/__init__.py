"""The API, the event stream and the page."""
