"""A made-up IT distributor in Zhongguancun, made from a fixed seed with a history that ends today."""
