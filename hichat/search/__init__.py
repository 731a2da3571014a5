"""
Search: finding messages of a user's conversations by their words.

    - L{hichat.search.folding}: makes texts comparable: which characters count as equal. No I/O.
    - L{hichat.search.words}: takes texts apart into words, and finds words in a text. No I/O.
    - L{hichat.search.index}: which messages have a word, in the store's own full-text index.
    - L{hichat.search.indexer}: keeps the index up to the log, in small steps behind it;
    - L{hichat.search.process}: has that done beside the daemon.
    - L{hichat.search.query}: answers a search with messages that the user may read.

The index only proposes: search reads each message that it names from the log before it shows it. So an answer is never
older than the log, whatever the index still has, and it is the same on all stores.
"""
