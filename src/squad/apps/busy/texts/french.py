"""Trouble told in French: title, description, what solved it."""

from collections.abc import Mapping, Sequence

FRENCH: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "hardware": (
        ("Mon portable ne s’allume plus", "Aucun voyant, même avec un autre chargeur.",
         "Bloc d’alimentation remplacé ; démarrage vérifié."),
        ("L’écran du poste 12 clignote", "Depuis ce matin, impossible de travailler.",
         "Câble vidéo remplacé."),
    ),
    "network": (
        ("Pas de Wi-Fi à l’entrepôt", "Les lecteurs de codes-barres sont hors ligne.",
         "Borne redémarrée et déplacée sur un autre port."),
        ("Succursale hors ligne", "Le routeur affiche un voyant rouge depuis 8 h.",
         "Câble remplacé, ligne confirmée avec le fournisseur."),
    ),
    "printer": (
        ("Bourrage papier à répétition", "Bac 2, surtout avec le papier à en-tête.",
         "Rouleaux d’entraînement remplacés."),
        ("L’imprimante d’étiquettes imprime blanc", "Rien ne peut partir aujourd’hui.",
         "Tête d’impression nettoyée et réglée."),
    ),
    "software": (
        ("Le logiciel de paie se ferme tout seul", "Au moment de valider les feuilles de temps.",
         "Correctif installé, base de données réparée."),
        ("Mise à jour bloquée à 35 %", "Depuis hier soir.",
         "Mise à jour annulée puis installée hors ligne."),
    ),
    "email": (
        ("Courriels avec pièces jointes bloqués", "Ils restent dans la boîte d’envoi.",
         "Limite de taille du connecteur relevée."),
        ("Boîte partagée disparue", "commandes@ n’apparaît plus dans Outlook.",
         "Droits rétablis, profil recréé."),
    ),
    "access": (
        ("Compte verrouillé après changement de mot de passe", "Téléphone et portable refusent.",
         "Compte déverrouillé, ancien mot de passe effacé du téléphone."),
        ("Accès au partage pour une nouvelle collègue", "Elle commence aujourd’hui.",
         "Ajoutée au groupe ; vérifié avec elle."),
    ),
    "storage": (
        ("La sauvegarde échoue depuis trois nuits", "Le rapport dit : espace insuffisant.",
         "Disque défectueux remplacé, sauvegarde complète lancée."),
        ("Lecteur partagé en lecture seule", "Personne aux finances ne peut enregistrer.",
         "Volume réparé, droits vérifiés."),
    ),
    "security": (
        ("Courriel suspect ouvert", "J’ai cliqué sur un lien dans un avis de colis.",
         "Portable isolé et analysé, mots de passe changés. Rien trouvé."),
        ("Le lecteur de cartes refuse tout le monde", "Nous ouvrons à la main.",
         "Lecteur remplacé, certificats rechargés."),
    ),
    "phone": (
        ("Pas de tonalité à l’accueil", "Les clients entendent le signal occupé.",
         "Téléphone et câble remplacés."),
        ("Les appels coupent après deux minutes", "Tous les appels sortants.",
         "Minuterie de la passerelle corrigée."),
    ),
    "pos": (
        ("Le terminal refuse les cartes à puce", "Seul le sans-contact marche. Longues files !",
         "Terminal remplacé, paiement d’essai réussi."),
        ("La caisse 2 gèle à l’encaissement", "Elle s’arrête à l’impression du reçu.",
         "Tête d’impression remplacée, pilote mis à jour."),
    ),
    "other": (
        ("Le projecteur fait du bruit", "Salle du conseil, réunion jeudi.",
         "Filtre nettoyé, lampe remplacée."),
        ("Déplacer quatre postes au premier étage", "Les bureaux y sont déjà.",
         "Quatre postes déplacés et vérifiés."),
    ),
}  # fmt: skip
