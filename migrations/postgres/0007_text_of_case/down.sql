DELETE FROM outbox WHERE kind = 'text_of_case';
