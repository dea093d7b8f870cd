"""From a query column to a ranking: candidates of every source, united and narrowed."""
