"""A machine that does what people do at random, beside a small book that reckons the same in the plainest way."""
