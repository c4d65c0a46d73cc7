// Believable names for the demonstration: two cities' worth of people, in the language of each account.

struct DemoNames {
    let first: [String]
    let last: [String]
    let playlists: [String]
    let queues: [String]
    let lines: [String]

    static let french = DemoNames(
        first: [
            "Camille", "Julien", "Inès", "Thomas", "Léa", "Hugo", "Manon", "Antoine", "Chloé", "Nicolas", "Sarah", "Mathieu", "Zoé",
            "Karim", "Élodie",
            "Vincent", "Amandine", "Yanis", "Clémence", "Rémi", "Noémie", "Fabien", "Aïcha", "Étienne",
        ],
        last: [
            "Laurent", "Moreau", "Benali", "Petit", "Garnier", "Lefèvre", "Nguyen", "Roux", "Fontaine", "Chevalier", "Diallo", "Marchand",
            "Perrin",
            "Robin", "Masson", "Giraud", "Lemoine", "Faure",
        ],
        playlists: ["Accueil", "Attente – cordes", "Attente – piano", "Fermeture", "Noël", "Service sinistres"],
        queues: ["Sinistres", "Nouveaux contrats", "Réclamations", "Assistance 24 h", "Résiliations"],
        lines: [
            "Site internet", "Campagne télévision", "Affiches métro", "Courrier", "Partenaires", "Annuaire", "Réseaux sociaux", "Agence",
        ])

    static let british = DemoNames(
        first: [
            "Olivia", "George", "Amelia", "Harry", "Isla", "Oscar", "Priya", "Jack", "Freya", "Mohammed", "Grace", "Callum", "Niamh",
            "Ethan", "Poppy",
            "Rhys", "Zara", "Alfie", "Megan", "Kwame", "Eleanor", "Fergus",
        ],
        last: [
            "Whitfield", "Hughes", "Patel", "Campbell", "Thornton", "Ahmed", "Fletcher", "Barlow", "Okafor", "Pritchard", "Sinclair",
            "Holloway",
            "Ashworth", "Doyle", "Marsh", "Kirkby",
        ],
        playlists: ["Welcome", "On hold, acoustic", "On hold, strings", "Out of hours", "Summer sale"],
        queues: ["New bookings", "Changes", "Complaints", "Emergency abroad"],
        lines: ["Website", "Radio", "Brochure", "High street", "Partners", "Search adverts", "Newsletter"])
}
