-- There is no way back: what named a receipt before is not kept. An older program refuses this schema and leaves it alone.
SELECT 1 FROM there_is_no_way_back;
