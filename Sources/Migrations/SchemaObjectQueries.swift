import Postgres

/// What a database consists of: each statement answers kind, name and definition of some kinds of objects. Where an array is empty or a
/// column null, `||` gives null and `concat_ws` leaves it out.
enum SchemaObjectQueries {
    static func all(schemas: [String], roles: [String]) -> [Statement] {
        [
            relations(schemas), rights(schemas, roles), columns(schemas), constraints(schemas), indexes(schemas),
            triggers(schemas),
            policies(schemas), functions(schemas), types(schemas), owners(roles), members(roles),
        ]
    }

    /// Before a column or a table of a view. PostgreSQL 16 and later leave it out where there is one table only.
    private static let qualifier = #"\m[a-z_][a-z0-9_]*\."#

    /// Schemas, tables, views and sequences. Partitions come and go with the data; the sequence of an identity is its column's.
    private static func relations(_ schemas: [String]) -> Statement {
        """
        with relations as materialized (
            select c.*, quote_ident(s.nspname) || '.' || quote_ident(c.relname) as name
            from pg_class c
            join pg_namespace s on s.oid = c.relnamespace
            where s.nspname = any(\(schemas)::text[]) and not c.relispartition
              and (c.relkind in ('r', 'p', 'v', 'm', 'f') or c.relkind = 'S' and not exists (
                  select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i'))
        )
        select case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table' end as kind, name,
            concat_ws(' ', case relkind when 'p' then 'partitioned' end, case relpersistence when 'u' then 'unlogged' end,
                case when relkind in ('v', 'm') then 'md5 ' || md5(regexp_replace(pg_get_viewdef(oid), \(qualifier)::text, '', 'g')) end,
                'with (' || array_to_string(array(select o from unnest(reloptions) o order by o), ', ') || ')') as definition
        from relations
        union all
        select 'row security', name, case when relforcerowsecurity then 'forced' else 'enabled' end from relations where relrowsecurity
        union all
        select 'schema', quote_ident(nspname), '' from pg_namespace where nspname = any(\(schemas)::text[])
        """
    }

    /// Owners, and what others were granted. MAINTAIN is known to 17 and later only.
    private static func rights(_ schemas: [String], _ roles: [String]) -> Statement {
        """
        with acls(kind, name, owner, acl) as materialized (
            select 'schema', quote_ident(nspname), nspowner, coalesce(nspacl, acldefault('n', nspowner))
            from pg_namespace where nspname = any(\(schemas)::text[])
            union all
            select 'table', c.oid::regclass::text, c.relowner,
                coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))
            from pg_class c join pg_namespace s on s.oid = c.relnamespace
            where s.nspname = any(\(schemas)::text[]) and not c.relispartition
              and (c.relkind in ('r', 'p', 'v', 'm', 'f') or c.relkind = 'S' and not exists (
                  select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i'))
            union all
            select 'function', quote_ident(s.nspname) || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')',
                p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
            from pg_proc p join pg_namespace s on s.oid = p.pronamespace where s.nspname = any(\(schemas)::text[])
            union all
            select 'column', c.oid::regclass::text || '.' || quote_ident(a.attname), c.relowner, a.attacl
            from pg_class c join pg_namespace s on s.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attacl is not null
            where s.nspname = any(\(schemas)::text[]) and not c.relispartition
        )
        select 'owner of ' || kind as kind, name, pg_get_userbyid(owner)::text as definition from acls where kind <> 'column'
        union all
        select 'grants on ' || a.kind, a.name, string_agg(g.grantee || ' ' || g.privileges, '; ' order by g.grantee)
        from acls a, lateral (
            select case x.grantee when 0 then 'public' else pg_get_userbyid(x.grantee)::text end as grantee,
                string_agg(x.privilege_type || case when x.is_grantable then ' with grant option' else '' end, ', '
                    order by x.privilege_type) as privileges
            from aclexplode(a.acl) x
            where x.privilege_type <> 'MAINTAIN' and x.grantee <> a.owner
              and (x.grantee = 0 or pg_get_userbyid(x.grantee) = any(\(roles)::text[]))
            group by x.grantee) g
        group by a.kind, a.name
        """
    }

    private static func columns(_ schemas: [String]) -> Statement {
        """
        select 'column' as kind, r.oid::regclass::text || '.' || quote_ident(a.attname) as name,
            concat_ws(' ', format_type(a.atttypid, a.atttypmod),
                case when a.attcollation <> t.typcollation then 'collate ' || c.collname end,
                case when a.attnotnull then 'not null' end,
                case a.attidentity when 'a' then 'generated always as identity' when 'd' then 'generated by default as identity' end,
                case when a.attgenerated <> '' then 'generated' end, 'default ' || pg_get_expr(d.adbin, d.adrelid)) as definition
        from pg_class r
        join pg_namespace s on s.oid = r.relnamespace
        join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
        join pg_type t on t.oid = a.atttypid
        left join pg_collation c on c.oid = a.attcollation
        left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
        where s.nspname = any(\(schemas)::text[]) and not r.relispartition and r.relkind in ('r', 'p', 'f')
        """
    }

    /// From 18 on NOT NULL is a constraint, too.
    private static func constraints(_ schemas: [String]) -> Statement {
        """
        select 'constraint' as kind, r.oid::regclass::text || '.' || quote_ident(k.conname) as name, pg_get_constraintdef(k.oid) as definition
        from pg_class r
        join pg_namespace s on s.oid = r.relnamespace
        join pg_constraint k on k.conrelid = r.oid and k.contype not in ('n', 't') and k.conparentid = 0
        where s.nspname = any(\(schemas)::text[]) and not r.relispartition
        """
    }

    /// Those that no constraint made.
    private static func indexes(_ schemas: [String]) -> Statement {
        """
        select 'index' as kind, r.oid::regclass::text || '.' || quote_ident(i.relname) as name,
            regexp_replace(pg_get_indexdef(i.oid), '^(CREATE (?:UNIQUE )?INDEX) .*? (USING )', '\\1 \\2')
                || case when x.indisvalid then '' else ' INVALID' end as definition
        from pg_class r
        join pg_namespace s on s.oid = r.relnamespace
        join pg_index x on x.indrelid = r.oid
        join pg_class i on i.oid = x.indexrelid
        where s.nspname = any(\(schemas)::text[]) and not r.relispartition and r.relkind in ('r', 'p', 'm')
          and not exists (select from pg_constraint k where k.conindid = i.oid and k.conrelid = r.oid and k.contype in ('p', 'u', 'x'))
        """
    }

    private static func triggers(_ schemas: [String]) -> Statement {
        """
        select 'trigger' as kind, r.oid::regclass::text || '.' || quote_ident(t.tgname) as name,
            pg_get_triggerdef(t.oid) || case t.tgenabled when 'O' then '' else ' enabled ' || t.tgenabled::text end as definition
        from pg_class r
        join pg_namespace s on s.oid = r.relnamespace
        join pg_trigger t on t.tgrelid = r.oid and not t.tgisinternal
        where s.nspname = any(\(schemas)::text[]) and not r.relispartition
        """
    }

    private static func policies(_ schemas: [String]) -> Statement {
        """
        select 'policy' as kind, r.oid::regclass::text || '.' || quote_ident(p.polname) as name,
            concat_ws(' ', 'as', case when p.polpermissive then 'permissive' else 'restrictive' end,
                'for', case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
                'to', (select string_agg(case o when 0 then 'public' else quote_ident(pg_get_userbyid(o)) end, ', ' order by 1)
                    from unnest(p.polroles) o),
                'using (' || regexp_replace(pg_get_expr(p.polqual, p.polrelid), '\\s+', ' ', 'g') || ')',
                'with check (' || regexp_replace(pg_get_expr(p.polwithcheck, p.polrelid), '\\s+', ' ', 'g') || ')') as definition
        from pg_class r
        join pg_namespace s on s.oid = r.relnamespace
        join pg_policy p on p.polrelid = r.oid
        where s.nspname = any(\(schemas)::text[]) and not r.relispartition
        """
    }

    private static func functions(_ schemas: [String]) -> Statement {
        """
        select 'function' as kind,
            quote_ident(s.nspname) || '.' || quote_ident(f.proname) || '(' || pg_get_function_identity_arguments(f.oid) || ')' as name,
            concat_ws(' ', case f.prokind when 'p' then 'procedure' when 'a' then 'aggregate' when 'w' then 'window' end,
                'returns ' || pg_get_function_result(f.oid), 'language', l.lanname,
                case f.provolatile when 'i' then 'immutable' when 's' then 'stable' end, case when f.proisstrict then 'strict' end,
                case when f.prosecdef then 'security definer' end,
                case f.proparallel when 's' then 'parallel safe' when 'r' then 'parallel restricted' end,
                'set ' || array_to_string(f.proconfig, ', '), 'md5', md5(coalesce(pg_get_function_sqlbody(f.oid), f.prosrc))) as definition
        from pg_proc f
        join pg_namespace s on s.oid = f.pronamespace
        join pg_language l on l.oid = f.prolang
        where s.nspname = any(\(schemas)::text[])
        """
    }

    private static func types(_ schemas: [String]) -> Statement {
        """
        select 'type' as kind, quote_ident(s.nspname) || '.' || quote_ident(t.typname) as name,
            case t.typtype
                when 'e' then 'enum ' || (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder)
                    from pg_enum e where e.enumtypid = t.oid)
                else 'domain ' || format_type(t.typbasetype, t.typtypmod) end as definition
        from pg_type t
        join pg_namespace s on s.oid = t.typnamespace
        where s.nspname = any(\(schemas)::text[]) and t.typtype in ('e', 'd')
        """
    }

    private static func owners(_ roles: [String]) -> Statement {
        """
        select 'role' as kind, rolname::text as name,
            concat_ws(' ', case when rolcanlogin then 'login' else 'nologin' end, case when rolbypassrls then 'bypassrls' end,
                case when rolsuper then 'superuser' end) as definition
        from pg_roles where rolname = any(\(roles)::text[])
        """
    }

    private static func members(_ roles: [String]) -> Statement {
        """
        select 'member of' as kind, m.rolname || ' ' || r.rolname as name, '' as definition
        from pg_auth_members a
        join pg_roles r on r.oid = a.roleid
        join pg_roles m on m.oid = a.member
        where r.rolname = any(\(roles)::text[]) and m.rolname = any(\(roles)::text[])
        """
    }
}
