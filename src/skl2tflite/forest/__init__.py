"""What all tree families share: node tables, exact thresholds, leaf sharing and clusters of nodes."""
