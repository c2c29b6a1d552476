"""What a person brought, or their browser received: turned into the same questions and answers for all adapters."""
