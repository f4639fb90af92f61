"""What the exchanges' connections deliver, as raw records: pure, no sockets, no clock."""
