"""The catalogue of faults and attacks, run: `make faults [ROW=F3]`. Each row prints its figure beside its goal."""
