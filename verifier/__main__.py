"""``python -m verifier RECORD``."""

from verifier.main import run

if __name__ == "__main__":
    run()
