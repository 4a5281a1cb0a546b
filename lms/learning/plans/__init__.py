"""Plans: "when ..., I ...", tried on a day, told afterwards; and, where somebody wishes, given on to other spaces."""
