"""What installs, starts and stops the clinic's own servers. Standard library only, no Django."""
