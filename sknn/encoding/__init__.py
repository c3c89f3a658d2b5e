"""What a table says, as numbers: targets and labels, and back."""
