"""
Search: finding messages of a user's conversations by their words.

    - L{hichat.search.folding}: makes texts comparable: which characters count as equal. No I/O.
    - L{hichat.search.words}: splits texts into words, and finds words in a text. No I/O.
    - L{hichat.search.index}: which messages have a word, in the store's own full-text index.
    - L{hichat.search.indexer}: advances the index along the log, in small steps.
    - L{hichat.search.process}: runs the indexer in a process beside the daemon.
    - L{hichat.search.query}: answers a search with messages that the user may read.

The index only proposes messages: search reads each of them from the log before it shows it. So an answer is never older
than the log, whatever entries the index still has, and it is the same on all stores.
"""
