"""The demo project: a small shop around the app. It is not part of the package."""
