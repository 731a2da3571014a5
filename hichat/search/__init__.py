"""
Finding what was said, in one's own conversations.

    - L{hichat.search.folding}: what is equal to who looks for it. No I/O.
    - L{hichat.search.words}: what a word is; where words are in a text. No I/O.
    - L{hichat.search.index}: which messages have a word, in the store's own full-text index.
    - L{hichat.search.indexer}: keeps the index up to the log, in small steps behind it;
    - L{hichat.search.process}: has that done beside the daemon.
    - L{hichat.search.query}: who asks gets what they may read.

The index only proposes: each message that it names is read from the log and looked at before it is shown. So an answer
is never older than the log, whatever the index still has, and it is the same on all stores.
"""
