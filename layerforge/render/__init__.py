"""What a person or a program reads: tables, diagnostics, scores and progress, as text and as JSON."""
