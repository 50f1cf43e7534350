"""The bracket every move goes through, and bodies that operations share."""
