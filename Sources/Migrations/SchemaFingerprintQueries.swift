import Postgres

/// Questions about what a database consists of, in words that PostgreSQL 15 to 18 have in common.
enum SchemaFingerprintQueries {
    /// Names and definitions are rendered with the schemas of everything that is not PostgreSQL's own.
    static let nameEverything: Statement = "select set_config('search_path', '', true)"

    /// Schemas other than PostgreSQL's own, the tool's, and that where everybody works.
    static let schemas: Statement = """
        select nspname as name from pg_namespace
        where nspname !~ '^pg_' and nspname not in ('information_schema', 'migrations', 'public')
        """

    /// Roles that cannot log in: a service's own, made by its migrations.
    static let roles: Statement =
        "select rolname as name from pg_roles where not rolcanlogin and not rolsuper and rolname !~ '^pg_'"

    /// Partitions come and go with the data, and so are in no fingerprint; they shall belong to whom their parent does.
    static func partitions(schemas: [String]) -> Statement {
        """
        select c.oid::regclass::text as name, p.oid::regclass::text as parent, pg_get_userbyid(c.relowner)::text as owner
        from pg_inherits i
        join pg_class c on c.oid = i.inhrelid and c.relispartition and c.relkind in ('r', 'p')
        join pg_class p on p.oid = i.inhparent
        join pg_namespace n on n.oid = p.relnamespace and n.nspname = any(\(schemas)::text[])
        order by 1
        """
    }

    /// Those roles whose objects the session may not alter.
    static func foreign(_ roles: [String]) -> Statement {
        """
        select rolname as name from pg_roles
        where rolname = any(\(roles)::text[]) and not pg_has_role(current_user, oid, 'usage')
        order by rolname
        """
    }

    private static func onOneLine(_ expression: Statement) -> Statement {
        "regexp_replace(\(expression), '\\s+', ' ', 'g')"
    }

    // Each part answers kind, name and definition. Where an array is empty or a column null, `||` gives null and concat_ws leaves it out.
    static func objects(schemas: [String], roles: [String]) -> Statement {
        """
        with spaces as materialized (
            select oid, quote_ident(nspname) as nspname, nspowner, nspacl from pg_namespace where nspname = any(\(schemas)::text[])
        ),
        relations as materialized (
            -- Partitions come and go with the data.
            select c.oid, s.nspname || '.' || quote_ident(c.relname) as name, c.relkind, c.relowner, c.relacl, c.relpersistence,
                c.relrowsecurity, c.relforcerowsecurity, c.reloptions, c.relreplident
            from pg_class c
            join spaces s on s.oid = c.relnamespace
            where not c.relispartition and c.relkind in ('r', 'p', 'v', 'm', 'f')
                or not c.relispartition and c.relkind = 'S' and not exists (
                    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i')
        ),
        functions as materialized (
            select p.*, s.nspname || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')' as name
            from pg_proc p join spaces s on s.oid = p.pronamespace
        ),
        acls(kind, name, owner, acl) as (
            select 'schema', nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner)) from spaces
            union all
            select 'table', name, relowner, coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner)) from relations
            union all
            select 'function', name, proowner, coalesce(proacl, acldefault('f', proowner)) from functions
            union all
            select 'column', r.name || '.' || quote_ident(a.attname), r.relowner, a.attacl
            from relations r join pg_attribute a on a.attrelid = r.oid and a.attacl is not null
        )
        select 'schema' as kind, nspname as name, '' as definition from spaces
        union all
        select case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table' end, name,
            concat_ws(' ', case relkind when 'p' then 'partitioned' end, case relpersistence when 'u' then 'unlogged' end,
                case when relkind in ('v', 'm') then 'md5 ' || md5(pg_get_viewdef(oid)) end,
                'with (' || array_to_string(array(select o from unnest(reloptions) o order by o), ', ') || ')')
        from relations
        union all
        select 'row security', name, case when relforcerowsecurity then 'forced' else 'enabled' end from relations where relrowsecurity
        union all
        select 'owner of ' || kind, name, pg_get_userbyid(owner) from acls where kind <> 'column'
        union all
        select 'grants on ' || a.kind, a.name,
            string_agg(g.grantee || ' ' || g.privileges, '; ' order by g.grantee)
        from acls a,
            lateral (
                select case x.grantee when 0 then 'public' else pg_get_userbyid(x.grantee)::text end as grantee,
                    string_agg(x.privilege_type || case when x.is_grantable then ' with grant option' else '' end, ', ' order by x.privilege_type) as privileges
                from aclexplode(a.acl) x
                -- Known to 17 and later only.
                where x.privilege_type <> 'MAINTAIN' and x.grantee <> a.owner
                    and (x.grantee = 0 or pg_get_userbyid(x.grantee) = any(\(roles)::text[]))
                group by x.grantee
            ) g
        group by a.kind, a.name
        union all
        select 'column', r.name || '.' || quote_ident(a.attname),
            concat_ws(' ', format_type(a.atttypid, a.atttypmod),
                case when a.attcollation <> t.typcollation then 'collate ' || c.collname end,
                case when a.attnotnull then 'not null' end,
                case a.attidentity when 'a' then 'generated always as identity' when 'd' then 'generated by default as identity' end,
                case when a.attgenerated <> '' then 'generated' end, 'default ' || pg_get_expr(d.adbin, d.adrelid))
        from relations r
        join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
        join pg_type t on t.oid = a.atttypid
        left join pg_collation c on c.oid = a.attcollation
        left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
        where r.relkind in ('r', 'p', 'f')
        union all
        -- From 18 on NOT NULL is a constraint, too.
        select 'constraint', r.name || '.' || quote_ident(k.conname), pg_get_constraintdef(k.oid)
        from relations r join pg_constraint k on k.conrelid = r.oid and k.contype not in ('n', 't')
        where k.conparentid = 0
        union all
        select 'index', r.name || '.' || quote_ident(i.relname),
            regexp_replace(pg_get_indexdef(i.oid), '^(CREATE (?:UNIQUE )?INDEX) .*? (USING )', '\\1 \\2') || case when x.indisvalid then '' else ' INVALID' end
        from relations r join pg_index x on x.indrelid = r.oid join pg_class i on i.oid = x.indexrelid
        where not exists (select from pg_constraint k where k.conindid = x.indexrelid and k.conrelid = r.oid and k.contype in ('p', 'u', 'x'))
        union all
        select 'trigger', r.name || '.' || quote_ident(t.tgname), pg_get_triggerdef(t.oid) || case t.tgenabled when 'O' then '' else ' enabled ' || t.tgenabled::text end
        from relations r join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
        union all
        select 'policy', r.name || '.' || quote_ident(p.polname),
            concat_ws(' ', 'as', case when p.polpermissive then 'permissive' else 'restrictive' end,
                'for', case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
                'to', (select string_agg(case o when 0 then 'public' else quote_ident(pg_get_userbyid(o)) end, ', ' order by 1) from unnest(p.polroles) o),
                'using (' || \(onOneLine("pg_get_expr(p.polqual, p.polrelid)")) || ')',
                'with check (' || \(onOneLine("pg_get_expr(p.polwithcheck, p.polrelid)")) || ')')
        from relations r join pg_policy p on p.polrelid = r.oid
        union all
        select 'function', f.name,
            concat_ws(' ', case f.prokind when 'p' then 'procedure' when 'a' then 'aggregate' when 'w' then 'window' end,
                'returns ' || pg_get_function_result(f.oid), 'language', l.lanname,
                case f.provolatile when 'i' then 'immutable' when 's' then 'stable' end, case when f.proisstrict then 'strict' end,
                case when f.prosecdef then 'security definer' end,
                case f.proparallel when 's' then 'parallel safe' when 'r' then 'parallel restricted' end,
                'set ' || array_to_string(f.proconfig, ', '), 'md5', md5(coalesce(pg_get_function_sqlbody(f.oid), f.prosrc)))
        from functions f join pg_language l on l.oid = f.prolang
        union all
        select 'type', s.nspname || '.' || quote_ident(t.typname),
            case t.typtype
                when 'e' then 'enum ' || (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum e where e.enumtypid = t.oid)
                else 'domain ' || format_type(t.typbasetype, t.typtypmod) end
        from pg_type t join spaces s on s.oid = t.typnamespace where t.typtype in ('e', 'd')
        union all
        select 'role', rolname, concat_ws(' ', case when rolcanlogin then 'login' else 'nologin' end, case when rolbypassrls then 'bypassrls' end, case when rolsuper then 'superuser' end)
        from pg_roles where rolname = any(\(roles)::text[])
        union all
        select 'member of', m.rolname || ' ' || r.rolname, ''
        from pg_auth_members a join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member
        where r.rolname = any(\(roles)::text[]) and m.rolname = any(\(roles)::text[])
        order by 1, 2
        """
    }
}
