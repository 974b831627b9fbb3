"""The tables of the product search. Tokens are our own (see `catalog.text`), so the tables are made by hand.

A database without an engine gets no table: the site names a search of its own in CHATBOT['SEARCH'].
"""

CREATE = {
    "sqlite": [
        """CREATE VIRTUAL TABLE chatbot_search USING fts5(
            title, kind, model, brand, description, attributes, tokenize = "ascii tokenchars '.'"
        )""",
        "CREATE VIRTUAL TABLE chatbot_search_terms USING fts5vocab(chatbot_search, row)",
        """CREATE TABLE chatbot_search_spellings (
            spelling text NOT NULL, word text NOT NULL, PRIMARY KEY (spelling, word)
        ) WITHOUT ROWID""",
    ],
    # No foreign key: a table that refers to the products keeps TRUNCATE (Django's flush) from working. Searches join
    # the products, so a row whose product is gone is never seen.
    "postgresql": [
        """CREATE TABLE chatbot_search (
            product_id bigint PRIMARY KEY,
            title text NOT NULL, kind text NOT NULL, model text NOT NULL,
            brand text NOT NULL, description text NOT NULL, attributes text NOT NULL,
            document tsvector NOT NULL, heading tsvector NOT NULL
        )""",
        # Statistics of more words than usual: in a large catalogue they say how common a word is.
        "ALTER TABLE chatbot_search ALTER COLUMN document SET STATISTICS 300",
        # Without fastupdate: a list of pending entries would be read through by every search after an import.
        "CREATE INDEX chatbot_search_document ON chatbot_search USING gin (document) WITH (fastupdate = off)",
        "CREATE INDEX chatbot_search_heading ON chatbot_search USING gin (heading) WITH (fastupdate = off)",
        """CREATE TABLE chatbot_search_spellings (
            spelling text COLLATE "C" NOT NULL, word text COLLATE "C" NOT NULL, PRIMARY KEY (spelling, word)
        )""",
    ],
}
DROP = {
    "sqlite": [
        "DROP TABLE chatbot_search_spellings", "DROP TABLE chatbot_search_terms", "DROP TABLE chatbot_search"
    ],
    "postgresql": ["DROP TABLE chatbot_search_spellings", "DROP TABLE chatbot_search"],
}


def create(apps, schema_editor):
    for statement in CREATE.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    for statement in DROP.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)
