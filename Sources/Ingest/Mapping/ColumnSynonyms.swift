/// What other systems call our columns, in English, German, French, Spanish, Italian and Dutch: names as shops and their exports
/// write them, reduced to letters and digits (`ColumnName`), by our column. Of several that a file has, the first counts. Add one where it belongs.
enum ColumnSynonyms {
    static let table: [String: [String]] = [
        "vendor_product_id": [
            "vendor product id", "product id", "id product", "products id", "prod id", "item id", "article id",
            "entity id", "listing id",
            "external id", "post id", "id", "handle id", "handle", "offer id", "vendor id", "unique id", "uid", "nid",
            "produkt id",
            "artikel id", "produktid", "id produit", "identifiant", "id producto", "id prodotto", "id articolo",
            "id artikel",
        ],
        "sku": [
            "sku", "variant sku", "product code sku", "code sku", "seller sku", "product sku", "item sku",
            "custom label sku",
            "merchant sku", "stock keeping unit", "default code", "internal reference", "reference",
            "product reference",
            "item number", "item no", "item code", "item model number", "stock code", "part number", "part no",
            "article number", "article no", "model",
            "product code", "product number", "style number", "code", "artikelnummer", "artikel nummer", "artikelnr",
            "artnr", "art nr",
            "artnum", "oxartnum", "ordernumber", "bestellnummer", "bestell nr", "produktnummer", "variante nummer",
            "externe sku",
            "ref", "reference article", "code article", "code produit", "reference produit", "referencia", "codigo",
            "codigo de articulo",
            "codigo de producto", "riferimento", "codice", "codice articolo", "codice prodotto", "artikelcode",
            "productnummer", "productcode",
        ],
        "product_name": [
            "product name", "title", "name", "product title", "item name", "item title", "item description short",
            "display name",
            "post title", "products name", "article name", "description short name", "oxtitle", "titel", "artikelname",
            "bezeichnung",
            "artikelbezeichnung", "produktname", "produktbezeichnung", "produkttitel", "nom", "nom du produit", "titre",
            "designation",
            "libelle", "intitule", "nombre", "nombre del producto", "titulo", "denominacion", "nome", "nome prodotto",
            "titolo",
            "denominazione", "naam", "productnaam", "omschrijving kort", "artikelnaam",
        ],
        "category": [
            "category", "categories", "product category", "category name", "category path", "category tree",
            "categoryname",
            "department", "product group", "main category", "type of product", "kategorie",
            "kategorien", "warengruppe", "produktgruppe", "artikelgruppe", "hauptkategorie", "produktkategorie",
            "kategoriepfad",
            "categorie", "famille", "rayon", "categorie principale", "categories x y z", "categoria", "familia",
            "reparto", "categorie naam",
            "productcategorie", "artikelgroep", "productgroep", "groep", "product type",
        ],
        "subcategory": [
            "subcategory", "sub category", "category 2", "sub category name", "secondary category", "unterkategorie",
            "untergruppe",
            "sous categorie", "subcategoria", "sub categoria", "sottocategoria", "subcategorie",
        ],
        "description": [
            "description", "body html", "body", "product description", "long description", "full description",
            "description html", "content",
            "post content", "item description", "description long", "ecommerce description", "products description",
            "details", "oxlongdesc", "short description",
            "beschreibung", "artikelbeschreibung", "produktbeschreibung", "langbeschreibung", "langtext",
            "beschreibungstext",
            "kurzbeschreibung", "description produit", "description longue", "descriptif", "descripcion",
            "descripcion larga", "descripcion del producto",
            "descrizione", "descrizione prodotto", "descrizione completa", "omschrijving", "beschrijving",
            "productbeschrijving",
        ],
        "brand": [
            "brand", "brand name", "vendor", "manufacturer", "manufacturer name", "make", "product brand", "marke",
            "hersteller",
            "herstellername", "markenname", "marque", "fabricant", "marca", "fabricante", "produttore", "merk",
            "fabrikant",
        ],
        "price": [
            "price", "variant price", "unit price", "selling price", "sales price", "standard price", "item price",
            "base price",
            "start price", "price tax excluded", "price tax included", "sell price", "public price", "products price",
            "oxprice", "price incl tax",
            "price excl tax", "your price", "current price", "preis", "verkaufspreis", "vk preis", "vk", "bruttopreis",
            "nettopreis", "stueckpreis", "einzelpreis",
            "preis brutto", "preis netto", "artikelpreis", "grundpreis netto", "prix", "prix ttc", "prix ht",
            "prix de vente", "prix unitaire", "prix de vente ttc",
            "precio", "precio de venta", "pvp", "precio unitario", "prezzo", "prezzo di vendita", "prezzo unitario",
            "prezzo di listino",
            "prijs", "verkoopprijs", "prijs incl btw", "prijs excl btw", "retail price", "list price",
        ],
        "compare_at_price": [
            "compare at price", "variant compare at price", "compare to price", "original price", "was price", "msrp",
            "rrp", "uvp",
            "list price msrp", "old price", "price before discount", "suggested retail price", "pseudoprice",
            "pseudo price", "streichpreis",
            "alter preis", "statt preis", "ehemaliger preis", "listenpreis", "prix barre", "ancien prix",
            "prix conseille",
            "precio anterior", "precio original", "prezzo precedente", "prezzo originale", "oude prijs", "adviesprijs",
            "van prijs",
        ],
        "stock_quantity": [
            "stock quantity", "quantity", "qty", "stock", "stock level", "inventory", "variant inventory qty",
            "inventory quantity", "quantity on hand", "qty on hand",
            "on hand", "available quantity", "quantity available", "current stock", "current stock level",
            "stock on hand", "in stock quantity", "instock", "units in stock", "oxstock",
            "available", "total quantity", "products quantity", "inventory level", "stock qty", "bestand",
            "lagerbestand", "lager", "menge", "anzahl",
            "lagermenge", "verfuegbar", "bestand gesamt", "stk", "quantite", "quantite disponible", "qte",
            "stock disponible", "stock reel",
            "cantidad", "existencias", "stock total", "unidades", "quantita", "giacenza", "disponibilita", "scorte",
            "voorraad", "aantal", "hoeveelheid",
        ],
        "unit": [
            "unit", "unit of measure", "uom", "sales unit", "packaging unit", "einheit", "mengeneinheit",
            "verkaufseinheit", "unite", "unite de vente",
            "unidad", "unidad de medida", "unita", "unita di misura", "eenheid",
        ],
        "weight_kg": [
            "weight kg", "weight", "variant weight", "shipping weight", "item weight", "product weight",
            "package weight", "gross weight", "net weight", "variant grams",
            "grams", "weight g", "weight lb", "weight lbs", "oxweight", "gewicht", "artikelgewicht", "versandgewicht",
            "bruttogewicht", "nettogewicht", "poids", "peso",
            "peso lordo", "peso netto",
        ],
        "dimensions_cm": [
            "dimensions cm", "dimensions", "size cm", "product dimensions", "package dimensions", "abmessungen",
            "masse", "groesse cm",
            "dimensiones", "dimensioni", "afmetingen",
        ],
        "image_url": [
            "image url", "image src", "image", "images", "main image url", "main image", "picture url", "pic url",
            "photo url", "image link", "product image",
            "image urls", "primary image", "primary image url", "image 1", "image url 1", "product image url",
            "product image file 1", "base image", "variant image", "hosted image urls", "featured image",
            "image urls x y z", "photo", "picture", "thumbnail", "oxpic1", "products image", "media url",
            "product image url 1", "bild", "bild url", "bilder", "bild 1", "bildurl", "hauptbild", "image produit",
            "url image",
            "imagen", "url de imagen", "imagenes", "immagine", "url immagine", "immagini", "afbeelding",
            "afbeelding url", "foto",
        ],
    ]

    /// Names that some systems use for something else.
    static let ambiguous: [String] = ["product type", "retail price", "list price"]

    /// A price below the usual one; the usual one is then the former price.
    static let salePrices: [String] = [
        "sale price", "special price", "discount price", "discounted price", "promo price", "promotional price",
        "offer price", "angebotspreis",
        "sonderpreis", "aktionspreis", "prix promo", "prix solde", "prix promotionnel", "precio oferta",
        "precio rebajado", "prezzo scontato",
        "prezzo offerta", "actieprijs", "aanbiedingsprijs",
    ]

    /// The usual price where there is another that is lower.
    static let regularPrices: [String] = [
        "regular price", "normal price", "normalpreis", "prix normal", "precio normal", "prezzo normale",
    ]

    /// How many kilograms each unit in the name of a column is.
    static let kilograms: [String: String] = [
        "kg": "1", "kilogram": "1", "kilograms": "1", "g": "0.001", "gr": "0.001", "gram": "0.001", "grams": "0.001",
        "gramm": "0.001", "lb": "0.45359237",
        "lbs": "0.45359237", "pounds": "0.45359237", "oz": "0.028349523", "ounces": "0.028349523",
    ]
}
