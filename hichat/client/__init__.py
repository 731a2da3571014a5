"""The client side of HiChat's v1 protocol: see L{hichat.client.http} and L{hichat.client.connection}."""
