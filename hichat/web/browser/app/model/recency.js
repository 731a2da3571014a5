// Answers overtake each other, and what happens overtakes an answer that is on its way. So each is taken only if nothing
// newer is known of what it is about. How new it is says a moment: that at which it was asked for, or at which something
// happened. Moments are counted, on and on.

export class Recency {
  last = 0;
  first = this.now();
  /** @type {Map<any, number>} what is known -> the moment from which it is */
  since = new Map();

  // What was asked for before is for another user.
  forget() {
    this.first = this.now();
    this.since = new Map();
  }

  now() {
    return ++this.last;
  }

  isNews(key, moment) {
    return moment >= (this.since.get(key) ?? this.first);
  }

  // @return whether what is of this moment is to be taken.
  take(key, moment) {
    const news = this.isNews(key, moment);
    if (news) this.since.set(key, moment);
    return news;
  }
}
