"""What was finished and is valid for a while: until when, when it may be renewed, and that it was. Takes nothing back."""
