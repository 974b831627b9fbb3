"""The demo project as a fault runs it: mails become files, in the folder that FAULTS_MAILS names."""

import os

from tests.bench.settings import *  # noqa: F403

EMAIL_BACKEND = "tests.faults._mails.Backend"
FAULTS_MAILS = os.environ.get("FAULTS_MAILS", "")
