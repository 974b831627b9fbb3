"""Static file storages as shops configure them for production."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class Hashed(ManifestStaticFilesStorage):
    """Django's, as it comes."""


class Aggregated(ManifestStaticFilesStorage):
    """Django's, told to rewrite imports inside modules."""

    support_js_module_import_aggregation = True
