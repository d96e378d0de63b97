/** Icons, drawn with lines of the text's colour. They say nothing by themselves: a label stands beside, or in the button. */
import "./ui.css";

function icon(path: string) {
  return () => (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

export const CloseIcon = icon("M6 6l12 12M18 6L6 18");
export const MoreIcon = icon("M5 12h.01M12 12h.01M19 12h.01");
export const BackIcon = icon("M15 5l-7 7 7 7");
export const DownIcon = icon("M12 5v14M6 13l6 6 6-6");
export const CheckIcon = icon("M5 13l4.5 4.5L19 7");
export const ClockIcon = icon("M12 7v5l3.5 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0");
export const MoonIcon = icon("M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5");
export const ForwardIcon = icon("M4 18v-3a5 5 0 0 1 5-5h11M15 5l5 5-5 5");
export const PersonIcon = icon("M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.5 20a7.5 7.5 0 0 1 15 0");
export const QuestionIcon = icon(
  "M9.2 9a3 3 0 1 1 4.2 2.8c-.9.4-1.4 1-1.4 2.2M12 17.5h.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0",
);
export const ClipIcon = icon("M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.5 3.5 0 0 1 5 5l-8.5 8.5a2 2 0 0 1-3-3L14 7");
export const NoteIcon = icon("M4 20l1-4L16 5l3 3L8 19l-4 1M13.5 7.5l3 3");
export const ReplyIcon = icon("M9 6l-5 5 5 5M4 11h10a6 6 0 0 1 6 6v1");
export const SnippetIcon = icon("M7 5L3 12l4 7M17 5l4 7-4 7M14 5l-4 14");
export const TagIcon = icon("M3 12V4h8l10 10-8 8L3 12M7.5 8h.01");
export const FileIcon = icon("M6 3h8l5 5v13H6V3M14 3v5h5");
export const DownloadIcon = icon("M12 4v11M7 10.5l5 5 5-5M5 20h14");
export const ImageIcon = icon("M4 5h16v14H4V5M4 16l5-5 5 5 2-2 4 4M15.5 9.5h.01");
export const WarningIcon = icon("M12 4L2.5 20h19L12 4M12 10v4.5M12 17.2h.01");
export const SendIcon = icon("M4 12l16-8-6 16-3-7-7-1");
export const PlusIcon = icon("M12 5v14M5 12h14");
export const SearchIcon = icon("M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13M15.5 15.5L21 21");
export const FilterIcon = icon("M4 6h16M7 12h10M10 18h4");
export const UpIcon = icon("M12 19V5M6 11l6-6 6 6");
export const DraftIcon = icon("M4 20h4L19 9l-4-4L4 16v4M13 7l4 4");

const MailIcon = icon("M4 6h16v12H4V6M4 7l8 6 8-6");
const TextIcon = icon("M5 4h14v12h-7l-4 4v-4H5V4M9 10h.01M12 10h.01M15 10h.01");
const ChatIcon = icon("M12 4a8 8 0 0 1 0 16 8 8 0 0 1-3.6-.9L4 20l1-4.2A8 8 0 0 1 12 4");
const CameraIcon = icon(
  "M7 3h10a4 4 0 0 1 4 4v10a4 4 0 0 1-4 4H7a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8M17 7h.01",
);
const PlaneIcon = icon("M21 4L3 11l6 2.5M21 4l-3 16-9-6.5M21 4L9 13.5V19l3-3");
const BoltIcon = icon(
  "M12 3c5 0 9 3.6 9 8.2s-4 8.3-9 8.3c-1 0-1.9-.1-2.8-.4L6 21v-3.200A8 8 0 0 1 3 11.200C3 6.600 7 3 12 3M7 13l3-3 3 2 3-3",
);
const CHANNELS: Record<string, () => preact.JSX.Element> = {
  email: MailIcon,
  sms: TextIcon,
  instagram: CameraIcon,
  telegram: PlaneIcon,
  messenger: BoltIcon,
};

/** What a customer writes on; networks without a sign of their own have a bubble. */
export function ChannelIcon({ channel }: { readonly channel: string }) {
  const Icon = CHANNELS[channel] ?? ChatIcon;
  return <Icon />;
}

export function BrandIcon() {
  return (
    <svg class="brand" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M8 11h9a5 5 0 0 1 0 10h-2M24 21h-9a5 5 0 0 1 0-10h2" />
    </svg>
  );
}
