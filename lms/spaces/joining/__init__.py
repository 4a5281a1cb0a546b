"""How people come into a space and leave it: asked to move, by the code on the space's screen, by themselves."""
