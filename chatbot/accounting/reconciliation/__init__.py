"""The relay's bill held against the ledger: read (`reading`), stored (`importing`), paired and explained (`comparing`).

with open("march.csv", "rb") as file:
    reading = examine(file, Given(zone="UTC")).reading
    bill = import_bill(file, reading, name="march.csv", endpoint="default", now=now)
reconcile(bill, now)
for total in totals(bill):
    print(total.kind, total.count, total.cost_usd)
"""

from chatbot.accounting.reconciliation.columns import FIELDS, BillError, Given, Reading
from chatbot.accounting.reconciliation.comparing import WITHIN_S, Total, is_explained, reconcile, totals
from chatbot.accounting.reconciliation.importing import Days, Imported, Rejected, delete_bill, import_bill
from chatbot.accounting.reconciliation.reading import Examined, Line, examine, read_lines
from chatbot.accounting.reconciliation.records import Rejection

__all__ = [
    "FIELDS",
    "WITHIN_S",
    "BillError",
    "Days",
    "Examined",
    "Given",
    "Imported",
    "Line",
    "Reading",
    "Rejected",
    "Rejection",
    "Total",
    "delete_bill",
    "examine",
    "import_bill",
    "is_explained",
    "read_lines",
    "reconcile",
    "totals",
]
