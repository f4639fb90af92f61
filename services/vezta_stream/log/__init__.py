"""The seam to Kafka: what ingestor and relay need of a partitioned, replayable log."""
