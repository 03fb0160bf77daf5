"""python -m iptsim."""

from iptsim.cli import main

if __name__ == "__main__":
    main()
