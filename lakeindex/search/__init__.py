"""From a query column to an answer: candidates retrieved, scored, passed messages and reranked."""
