"""Every packet at once: sets of packets as interval decision diagrams."""
