-- What is in the chain stays in it; the file after this one's undoing takes the seals away as a whole.
select 1;
