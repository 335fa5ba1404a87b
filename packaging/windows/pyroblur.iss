; PyroBlur's installer for Windows (Inno Setup 6.3 or later), for one user and without an administrator's rights:
;
;     iscc /DVersion=0.1.0 /DProgram=..\..\build\package\pyroblur packaging\windows\pyroblur.iss
;
; A newer version is installed over an older one; settings, models and the queue stay, on removal, too.
#ifndef Version
  #error Say which version: /DVersion=0.1.0
#endif
#ifndef Program
  #define Program "..\..\build\package\pyroblur"
#endif

[Setup]
AppId={{6D1B7C52-5C0E-4E0B-9E0B-2B8F0B6A7A31}
AppName=PyroBlur
AppVersion={#Version}
AppVerName=PyroBlur {#Version}
AppPublisher=The PyroBlur engineers
VersionInfoVersion={#Version}
DefaultDirName={autopf}\PyroBlur
DefaultGroupName=PyroBlur
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
LicenseFile=..\..\LICENSE
SetupIconFile=..\..\build\icons\pyroblur.ico
UninstallDisplayIcon={app}\pyroblur-gui.exe
UninstallDisplayName=PyroBlur
OutputDir=..\..\build
OutputBaseFilename=PyroBlur-{#Version}-windows-x64
Compression=lzma2/max
SolidCompression=yes
WizardStyle=modern
ChangesAssociations=yes
ChangesEnvironment=yes
CloseApplications=yes
RestartApplications=no

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "fr"; MessagesFile: "compiler:Languages\French.isl"

[CustomMessages]
en.AddToPath=Let terminals find the command "pyroblur"
fr.AddToPath=Permettre aux terminaux de trouver la commande « pyroblur »
en.OpenWith=Offer PyroBlur under "Open with" for photos and videos
fr.OpenWith=Proposer PyroBlur dans « Ouvrir avec » pour les photos et les vidéos

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; GroupDescription: "{cm:AdditionalIcons}"; Flags: unchecked
Name: "openwith"; Description: "{cm:OpenWith}"
Name: "path"; Description: "{cm:AddToPath}"; Flags: unchecked

[InstallDelete]
; What an older version had and this one has not must not be loaded by it.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Program}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{group}\PyroBlur"; Filename: "{app}\pyroblur-gui.exe"
Name: "{autodesktop}\PyroBlur"; Filename: "{app}\pyroblur-gui.exe"; Tasks: desktopicon

[Registry]
; "Open with", and files dragged onto the icon. Nobody's usual program for a type is replaced.
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "PyroBlur"; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\shell\open\command"; ValueType: string; ValueData: """{app}\pyroblur-gui.exe"" ""%1"""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".jpg"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".jpeg"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".png"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".webp"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".tif"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".tiff"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".bmp"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".gif"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".heic"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".heif"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".avif"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".mp4"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".m4v"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".mov"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".mkv"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".webm"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".avi"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".ts"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".mts"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".m2ts"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".mpg"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".mpeg"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".wmv"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".flv"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".3gp"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".ogv"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\pyroblur-gui.exe\SupportedTypes"; ValueType: string; ValueName: ".mxf"; ValueData: ""; Flags: uninsdeletekey; Tasks: openwith
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; Check: IsMissingFromPath('{app}'); Tasks: path

[Run]
Filename: "{app}\pyroblur-gui.exe"; Description: "{cm:LaunchProgram,PyroBlur}"; Flags: nowait postinstall skipifsilent

[UninstallRun]
; A training that goes on without a window would keep files of the program open.
Filename: "{app}\pyroblur.exe"; Parameters: "train --stop last"; Flags: runhidden; RunOnceId: "StopTraining"

[Code]
function IsMissingFromPath(Folder: string): Boolean;
var
  Known: string;
begin
  if not RegQueryStringValue(HKCU, 'Environment', 'Path', Known) then
    Known := '';
  Result := Pos(';' + Uppercase(ExpandConstant(Folder)) + ';', ';' + Uppercase(Known) + ';') = 0;
end;

procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Known, Mine: string;
  Place: Integer;
begin
  if Step <> usPostUninstall then
    exit;
  if not RegQueryStringValue(HKCU, 'Environment', 'Path', Known) then
    exit;
  Mine := ';' + ExpandConstant('{app}');
  Place := Pos(Uppercase(Mine), Uppercase(Known));
  if Place > 0 then begin
    Delete(Known, Place, Length(Mine));
    RegWriteExpandStringValue(HKCU, 'Environment', 'Path', Known);
  end;
end;
