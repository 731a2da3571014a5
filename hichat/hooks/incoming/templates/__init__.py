"""What other programs tell a hook at an address of their own, behind the hook's."""
