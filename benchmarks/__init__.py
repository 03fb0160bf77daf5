"""Every figure that the README claims: each module here measures one thing and prints what it found."""
