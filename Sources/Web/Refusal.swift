package enum Refusal: Error { case stale }
