"""What is asked of people together: assignments of a space, a territory or the network, learning paths, exceptions."""
