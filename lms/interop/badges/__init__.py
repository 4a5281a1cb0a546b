"""Open Badges 3.0: a certificate as a credential that anybody can verify without asking us.

Verifiable Credentials 2.0 with the cryptosuite eddsa-rdfc-2022, issued by did:web where the site has a public address over
https, else by did:key; taken back through a Bitstring Status List.
"""
