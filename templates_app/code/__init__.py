"""Templates as code: files that say what templates say, and the plan of what they ask for. Knows no database."""
