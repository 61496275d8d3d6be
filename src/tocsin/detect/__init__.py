"""Reports become stories, stories become events."""
