"""What a person brought, or a person's browser received: turned into the same questions and answers for all adapters."""
