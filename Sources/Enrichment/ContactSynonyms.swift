/// What columns of contact lists are called in English, German, French, Spanish, Italian and Dutch, by what they mean: in lower case, without accents
/// and without anything but letters and digits. Of several that a list has, the first counts. Add one where it belongs.
enum ContactSynonyms {
    static let table: [ContactField: [String]] = [
        .personID: ["personid", "contactid", "zoominfocontactid"],
        .email: [
            "email", "emailaddress", "mail", "workemail", "businessemail", "contactemail", "emailadresse",
            "mailadresse",
            "epost", "courriel", "adresseemail", "adressemail", "adresseelectronique", "correo", "correoelectronico",
            "indirizzoemail", "postaelettronica", "emailadres", "mailadres",
        ],
        .phone: [
            "phone", "phonenumber", "telephone", "phone1", "directphone", "workphone", "mobile", "mobilephone",
            "telefon",
            "telefonnummer", "telefonnr", "tel", "rufnummer", "durchwahl", "mobil", "mobiltelefon", "handy",
            "handynummer", "numerodetelephone", "portable", "telefono", "movil", "cellulare", "telefoon",
            "telefoonnummer", "mobiel",
        ],
        .firstName: [
            "firstname", "givenname", "first", "forename", "vorname", "prenom", "nombre", "nombredepila", "nome",
            "voornaam",
        ],
        .lastName: [
            "lastname", "surname", "familyname", "last", "nachname", "familienname", "zuname", "nom", "nomdefamille",
            "apellido", "apellidos", "cognome", "achternaam",
        ],
        .fullName: [
            "fullname", "contactname", "personname", "contact", "director", "ansprechpartner", "kontakt", "kontaktname",
            "kontaktperson", "vorundnachname", "nomcomplet", "nombrecompleto", "nomecompleto", "volledigenaam",
            "contactpersoon",
        ],
        .linkedIn: [
            "linkedinurl", "linkedin", "linkedinprofile", "linkedinprofileurl", "personlinkedinurl", "contactlinkedin",
            "linkedinprofil", "profillinkedin", "perfillinkedin", "profilolinkedin",
        ],
        .jobTitle: [
            "jobtitle", "title", "position", "role", "funktion", "berufsbezeichnung", "stellenbezeichnung", "poste",
            "fonction", "intituleduposte", "cargo", "puesto", "ruolo", "qualifica", "functie", "functietitel",
        ],
        .companyID: ["companyid", "zoominfocompanyid"],
        .company: [
            "company", "companyname", "organization", "organisation", "organizationname", "account", "accountname",
            "employer", "sitename", "agency", "firma", "firmenname", "unternehmen", "unternehmensname", "betrieb",
            "societe", "entreprise", "nomdelentreprise", "raisonsociale", "empresa", "compania", "razonsocial",
            "azienda", "societa", "ragionesociale", "bedrijf", "bedrijfsnaam",
        ],
        .website: [
            "website", "web", "domain", "companywebsite", "companydomain", "url", "homepage", "webseite", "internet",
            "internetseite", "internetadresse", "siteweb", "siteinternet", "domaine", "sitioweb", "paginaweb",
            "dominio",
            "sitoweb", "domein",
        ],
        .city: ["city", "town", "stadt", "ort", "wohnort", "ville", "ciudad", "localidad", "citta", "plaats", "stad"],
        .state: ["state", "province", "region", "bundesland", "departement", "provincia", "regione", "provincie"],
        .country: ["country", "countrycode", "land", "staat", "pays", "pais", "paese", "nazione"],
        .industry: [
            "industry", "industrydescription", "sector", "businessdescription", "branche", "industrie",
            "wirtschaftszweig",
            "secteur", "secteurdactivite", "industria", "settore", "sectordeactividad", "bedrijfstak",
        ],
        .naics: ["naics", "naicscode", "primarynaics"],
    ]
}
