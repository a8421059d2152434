-- catalog: works-with 0031
-- catalog: allow constraint-missing-not-valid: of a table of some ten thousand rows that one command fills
-- Industries by words: rare words count for more than frequent ones, and everyday names lead to codes that do not have them.
set local role catalog_owner;

alter table enrichment.naics_index
    add column kind text not null default 'index',
    add column weight double precision,
    add constraint naics_index_kind_is_known check (kind in ('index', 'title', 'everyday'));
comment on column enrichment.naics_index.kind is 'of the index or a title of the Census Bureau, or an everyday name of our own';
comment on column enrichment.naics_index.weight is 'sum of the weights of its words; enrichment.weigh_naics() writes it';

create table enrichment.naics_words (
    word text not null,
    weight double precision not null,
    constraint naics_words_pkey primary key (word)
);
comment on table enrichment.naics_words is
    'how much each word of the index says: ln((phrases + 1) / (phrases with it + 0.5)); enrichment.weigh_naics() writes it';

create table enrichment.naics_everyday (
    phrase text not null,
    code text not null,
    constraint naics_everyday_pkey primary key (phrase),
    constraint naics_everyday_code_has_6_digits check (code ~ '^[0-9]{6}$')
);
comment on table enrichment.naics_everyday is 'what people call an industry, where the Census Bureau calls it otherwise';
insert into enrichment.naics_everyday (phrase, code) values
    ('hospitality', '721110'), ('hospitality management', '721110'), ('tourism', '561520'), ('animation', '512110'),
    ('animated film', '512110'), ('food and beverages', '311999'), ('food industry', '311999'), ('think tank', '541720'),
    ('policy research', '541720'), ('wine and spirits', '312130'), ('distillery', '312140'), ('airlines', '481111'), ('airline', '481111'),
    ('aviation', '481111'), ('air travel', '481111'), ('dispute resolution', '541199'), ('mediation and arbitration', '541199'),
    ('alternative medicine', '621399'), ('holistic health', '621399'), ('apparel', '315250'), ('fashion', '315250'), ('garments', '315250'),
    ('architecture', '541310'), ('architect', '541310'), ('urban planning', '541320'), ('banking', '522110'), ('bank', '522110'),
    ('broadcasting', '516110'), ('broadcast media', '516110'), ('media', '516210'), ('online media', '516210'), ('digital media', '516210'),
    ('cyber security', '541512'), ('computer security', '541512'), ('network security', '541512'), ('IT services', '541512'),
    ('information technology', '541512'), ('computer games', '513210'), ('video games', '513210'), ('software', '513210'),
    ('computer software', '513210'), ('computer hardware', '334111'), ('computers', '334111'), ('electronics', '334419'),
    ('consumer electronics', '334310'), ('dairy', '311511'), ('dairy products', '311511'), ('facilities management', '561210'),
    ('facility services', '561210'), ('art gallery', '459920'), ('fine art', '459920'), ('fundraising', '561499'),
    ('charity fundraising', '561499'), ('import and export', '425120'), ('international trade', '425120'), ('trading company', '425120'),
    ('industrial automation', '333248'), ('automation', '333248'), ('robotics', '333998'), ('information services', '519290'),
    ('data provider', '519290'), ('courts', '922110'), ('judiciary', '922110'), ('justice', '922190'), ('law enforcement', '922120'),
    ('police', '922120'), ('prison', '922140'), ('courthouse', '922110'), ('military', '928110'), ('armed forces', '928110'),
    ('defense', '928110'), ('diplomacy', '928120'), ('foreign affairs', '928120'), ('legislature', '921120'), ('parliament', '921120'),
    ('public safety', '922190'), ('public administration', '921190'), ('government', '921190'), ('government relations', '541820'),
    ('public policy', '921190'), ('logistics', '488510'), ('supply chain', '488510'), ('freight', '488510'), ('shipping', '483111'),
    ('maritime', '483111'), ('doctors office', '621111'), ('medical practice', '621111'), ('physician', '621111'),
    ('health care', '622110'), ('hospitals', '622110'), ('health services', '621999'), ('wellness', '713940'), ('fitness', '713940'),
    ('mental health', '621420'), ('media production', '512110'), ('film', '512110'), ('movies', '512110'), ('video production', '512110'),
    ('music', '512250'), ('record label', '512250'), ('oil and gas', '211120'), ('petroleum', '211120'), ('oil', '211120'),
    ('paper products', '322299'), ('forest products', '321999'), ('wood products', '321999'), ('philanthropy', '813211'),
    ('charity', '813211'), ('charitable foundation', '813211'), ('nonprofit', '813410'), ('volunteering', '813319'), ('schools', '611110'),
    ('primary education', '611110'), ('secondary education', '611110'), ('education', '611110'), ('university', '611310'),
    ('recreation', '713990'), ('leisure', '713990'), ('religion', '813110'), ('religious institution', '813110'), ('church', '813110'),
    ('temple', '813110'), ('renewable energy', '221118'), ('green energy', '221118'), ('solar power', '221114'), ('wind power', '221115'),
    ('wind farm', '221115'), ('hydroelectric power', '221111'), ('energy', '221122'), ('electric utility', '221122'),
    ('utilities', '221122'), ('water utility', '221310'), ('restaurant', '722511'), ('dining', '722511'), ('pizza', '722513'),
    ('fast food', '722513'), ('cafe', '722515'), ('private security', '561612'), ('security guards', '561612'),
    ('private investigation', '561611'), ('shipbuilding', '336611'), ('shipyard', '336611'), ('trucking', '484121'),
    ('truck transport', '484121'), ('haulage', '484121'), ('transport', '484121'), ('transportation', '484121'), ('railroad', '482111'),
    ('rail transport', '482111'), ('railway', '482111'), ('towing', '488410'), ('removals', '484210'), ('moving company', '484210'),
    ('writing', '711510'), ('author', '711510'), ('artist', '711510'), ('editing', '561410'), ('consumer goods', '339999'),
    ('consumer products', '339999'), ('manufacturing', '339999'), ('cosmetics', '325620'), ('personal care products', '325620'),
    ('luxury goods', '458310'), ('pest control', '561710'), ('exterminator', '561710'), ('window washing', '561790'),
    ('cleaning company', '561720'), ('temp agency', '561320'), ('temporary staffing', '561320'), ('recruitment', '561311'),
    ('headhunter', '561312'), ('gas station', '457110'), ('petrol station', '457110'), ('filling station', '457110'),
    ('greenhouse vegetables', '111419'), ('fishing', '114111'), ('commercial fishing', '114111'), ('beekeeping', '112910'),
    ('apiary', '112910'), ('farm', '111998'), ('agriculture', '111998'), ('farming', '111998'), ('livestock', '112990'),
    ('ranch', '112111'), ('forestry', '113310'), ('beer distributor', '424810'), ('wholesale', '425120'), ('distributor', '425120'),
    ('retail', '455219'), ('retail shop', '455219'), ('e-commerce', '455219'), ('online shop', '455219'), ('pawn shop', '522299'),
    ('pawnbroker', '522299'), ('insurance', '524126'), ('reinsurance', '524130'), ('investment', '523940'), ('hedge fund', '523940'),
    ('asset management', '523940'), ('venture capital', '523910'), ('private equity', '523910'), ('fintech', '522320'),
    ('payments', '522320'), ('ski resort', '713920'), ('auto repair', '811111'), ('car repair', '811111'),
    ('garage, auto repair', '811111'), ('mechanic', '811111'), ('dry cleaner', '812320'), ('laundry', '812320'), ('parking', '812930'),
    ('parking garage', '812930'), ('shoe repair', '811430'), ('hairdresser', '812112'), ('barber', '812111'), ('beauty salon', '812112'),
    ('undertaker', '812210'), ('mining', '212390'), ('metals and mining', '212290'), ('construction', '236220'), ('builder', '236115'),
    ('civil engineering firm', '541330'), ('engineering', '541330'), ('mechanical engineering', '541330'), ('consulting', '541611'),
    ('business consulting', '541611'), ('strategy consulting', '541611'), ('human resources', '541612'), ('marketing', '541613'),
    ('advertising', '541810'), ('market research', '541910'), ('design', '541430'), ('research', '541715'),
    ('research and development', '541715'), ('biotechnology', '541714'), ('nanotechnology', '541713'), ('science', '541715'),
    ('legal', '541110'), ('lawyer', '541110'), ('attorney', '541110'), ('accounting', '541211'), ('bookkeeping', '541219'),
    ('translation', '541930'), ('veterinarian', '541940'), ('photography', '541921'), ('events services', '561920'),
    ('event planning', '561920'), ('outsourcing', '561499'), ('call center', '561422'), ('business process outsourcing', '561499'),
    ('environmental consulting', '541620'), ('waste management', '562111'), ('recycling', '562920'), ('telecom', '517111'),
    ('telecommunications', '517111'), ('wireless', '517112'), ('mobile carrier', '517112'), ('internet provider', '517111'),
    ('internet', '516210'), ('cloud hosting', '518210'), ('publishing', '513130'), ('newspaper', '513110'), ('magazine', '513120'),
    ('library', '519210'), ('museum', '712110'), ('performing arts', '711110'), ('theatre', '711110'), ('sports', '711211'),
    ('sports team', '711211'), ('gambling', '713290'), ('casino', '713210'), ('hotel', '721110'), ('lodging', '721110'),
    ('real estate', '531210'), ('property', '531210'), ('property management', '531311'), ('leasing', '532490'), ('warehouse', '493110'),
    ('storage', '493110'), ('packaging', '322211'), ('containers', '332439'), ('plastics', '326199'), ('chemicals', '325998'),
    ('pharmaceuticals', '325412'), ('drug maker', '325412'), ('medical devices', '339112'), ('semiconductors', '334413'),
    ('machinery', '333998'), ('aerospace', '336411'), ('aircraft maker', '336411'), ('automotive', '336110'), ('car maker', '336110'),
    ('textiles', '313210'), ('furniture', '337122'), ('glass', '327215'), ('ceramics', '327110'), ('concrete', '327320'),
    ('building materials', '423390'), ('printing', '323111'), ('tobacco', '312230'), ('electrical equipment', '335999'),
    ('individual and family services', '624190'), ('social services', '624190'), ('child care', '624410'), ('elderly care', '623312'),
    ('civic organization', '813410'), ('trade association', '813910'), ('political party', '813940'), ('labor union', '813930'),
    ('executive office', '921110'), ('crafts', '459130'), ('sporting goods', '459110'), ('supermarket', '445110'), ('groceries', '445110'),
    ('grocer', '445110'), ('training', '611430'), ('coaching', '611430'), ('e-learning', '611710'), ('language school', '611630'),
    ('education management', '611710'), ('alternative energy', '221118'), ('holding company', '551112'), ('conglomerate', '551112'),
    ('corporate headquarters', '551114'), ('household', '814110');
grant select on enrichment.naics_words, enrichment.naics_everyday to catalog_auditor;

create function enrichment.weigh_naics() returns void
language sql
set search_path = pg_catalog, pg_temp
begin atomic
    insert into enrichment.naics_index (code, phrase, kind)
    select e.code, e.phrase, 'everyday' from enrichment.naics_everyday e join enrichment.naics_codes c using (code)
    on conflict (code, phrase) do update set kind = excluded.kind;
    update enrichment.naics_index i set kind = 'title'
    from enrichment.naics_codes c
    where c.code = i.code and c.title = i.phrase and i.kind = 'index';
    delete from enrichment.naics_words;
    insert into enrichment.naics_words (word, weight)
    select word, ln((all_phrases.count + 1) / (found.count + 0.5))
    from (select word, count(*) from enrichment.naics_index i cross join unnest(tsvector_to_array(i.words)) word group by word) found
    cross join (select count(*) from enrichment.naics_index) all_phrases;
    update enrichment.naics_index i set weight = sums.weight
    from (
        select n.code, n.phrase, sum(w.weight) as weight
        from enrichment.naics_index n
        cross join unnest(tsvector_to_array(n.words)) as l (word)
        join enrichment.naics_words w using (word)
        group by n.code, n.phrase) sums
    where sums.code = i.code and sums.phrase = i.phrase;
end;
comment on function enrichment.weigh_naics is 'adds everyday names to the index of industries and weighs its words; catalog naics import calls it';
revoke execute on function enrichment.weigh_naics from public;
select enrichment.weigh_naics();
