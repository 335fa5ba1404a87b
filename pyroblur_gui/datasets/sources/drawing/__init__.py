"""Made-up pictures with faces and plates: what is drawn, and on what. Loaded by its name, for a job only."""
