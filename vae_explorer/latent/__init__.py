"""A trained model explored: encode, decode, planes, paths, neighbours."""
