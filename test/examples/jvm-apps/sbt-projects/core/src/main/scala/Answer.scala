object Answer {
  def text: String = upickle.default.write(Map("greeting" -> "It runs"))
}
